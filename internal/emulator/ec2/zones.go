package ec2

import (
	"context"
	"strconv"
	"strings"
)

// AvailabilityZone is an availability zone.
type AvailabilityZone struct {
	GroupName          *string
	NetworkBorderGroup *string
	OptInStatus        string
	RegionName         *string
	State              string `wire:"zoneState"`
	ZoneId             *string
	ZoneName           *string
	ZoneType           *string
}

// zones are the region's: three, a to c.
func (s *Service) zones() []AvailabilityZone {
	region := s.scope.Region
	var out []AvailabilityZone
	for i, letter := range []string{"a", "b", "c"} {
		out = append(out, AvailabilityZone{GroupName: ptr(region), NetworkBorderGroup: ptr(region), OptInStatus: "opt-in-not-required",
			RegionName: ptr(region), State: "available", ZoneName: ptr(region + letter), ZoneId: ptr(zoneID(region, i+1)), ZoneType: ptr("availability-zone")})
	}
	return out
}

// zoneID shortens us-east-1 to use1-az1.
func zoneID(region string, n int) string {
	parts := strings.Split(region, "-")
	short := parts[0]
	if len(parts) == 3 {
		short += parts[1][:1] + parts[2]
	}
	return short + "-az" + strconv.Itoa(n)
}

// zone finds a zone by name or ID, the first when neither is given.
func (s *Service) zone(name, id *string) (AvailabilityZone, error) {
	for _, z := range s.zones() {
		if (name == nil || *z.ZoneName == *name) && (id == nil || *z.ZoneId == *id) {
			return z, nil
		}
	}
	return AvailabilityZone{}, fail("InvalidParameterValue", "Value ("+str(name)+str(id)+") for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: "+
		s.scope.Region+"a, "+s.scope.Region+"b, "+s.scope.Region+"c.")
}

// DescribeAvailabilityZonesInput is the input of DescribeAvailabilityZones.
type DescribeAvailabilityZonesInput struct {
	AllAvailabilityZones *bool
	Filters              []Filter `wire:"filter"`
	ZoneIds              []string `wire:"zoneId"`
	ZoneNames            []string `wire:"zoneName"`
}

// DescribeAvailabilityZonesOutput is the output of DescribeAvailabilityZones.
type DescribeAvailabilityZonesOutput struct {
	AvailabilityZones []AvailabilityZone `wire:"availabilityZoneInfo"`
}

// DescribeAvailabilityZones lists the region's zones.
func (s *Service) DescribeAvailabilityZones(_ context.Context, in *DescribeAvailabilityZonesInput) (*DescribeAvailabilityZonesOutput, error) {
	wanted, id := in.ZoneNames, func(z AvailabilityZone) string { return str(z.ZoneName) }
	if len(in.ZoneIds) > 0 {
		wanted, id = in.ZoneIds, func(z AvailabilityZone) string { return str(z.ZoneId) }
	}
	found, _, err := query[AvailabilityZone]{ids: wanted, id: id, code: "InvalidParameterValue", what: "zone", filters: in.Filters,
		attributes: func(z AvailabilityZone) attributes {
			return attributes{"zone-name": {str(z.ZoneName)}, "zone-id": {str(z.ZoneId)}, "state": {z.State}, "region-name": {str(z.RegionName)},
				"zone-type": {str(z.ZoneType)}, "opt-in-status": {z.OptInStatus}, "group-name": {str(z.GroupName)}}
		}}.run(s.zones(), nil)
	return &DescribeAvailabilityZonesOutput{AvailabilityZones: found}, err
}

// NetworkInterface is an elastic network interface; tasks here have none.
type NetworkInterface struct{ NetworkInterfaceId *string }

// DescribeNetworkInterfacesInput is the input of DescribeNetworkInterfaces.
type DescribeNetworkInterfacesInput struct {
	Filters             []Filter `wire:"filter"`
	MaxResults          *int32
	NetworkInterfaceIds []string `wire:"networkInterfaceId"`
	NextToken           *string
}

// DescribeNetworkInterfacesOutput is the output of DescribeNetworkInterfaces.
type DescribeNetworkInterfacesOutput struct {
	NetworkInterfaces []NetworkInterface `wire:"networkInterfaceSet"`
	NextToken         *string
}

// DescribeNetworkInterfaces is always empty: what runs here answers on loopback.
func (s *Service) DescribeNetworkInterfaces(_ context.Context, in *DescribeNetworkInterfacesInput) (*DescribeNetworkInterfacesOutput, error) {
	for _, id := range in.NetworkInterfaceIds {
		return nil, notFound("InvalidNetworkInterfaceID.NotFound", "networkInterface", id)
	}
	return &DescribeNetworkInterfacesOutput{NetworkInterfaces: []NetworkInterface{}}, nil
}
