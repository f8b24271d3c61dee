package cloudwatch

import (
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// query names what is read of a metric: without a unit, data in any.
type query struct {
	Namespace, Name string
	Dimensions      []types.Dimension
	Unit            types.StandardUnit
}

// over returns what came in between two moments, the second excluded. The caller holds the lock.
func (s *Service) over(q query, from, to time.Time) point {
	p := point{At: from}
	for _, m := range s.matching(q) {
		for _, one := range m.Points {
			if !one.At.Before(from) && one.At.Before(to) {
				p.merge(one)
			}
		}
	}
	return p
}

// matching are the series that a query is about. The caller holds the lock.
func (s *Service) matching(q query) []*series {
	var all []*series
	dims := dimensionKey(ordered(q.Dimensions))
	for _, key := range slices.Sorted(maps.Keys(s.state.Series)) {
		m := s.state.Series[key]
		if m.Namespace == q.Namespace && m.Name == q.Name && (q.Unit == "" || q.Unit == m.Unit) && dimensionKey(m.Dimensions) == dims {
			all = append(all, m)
		}
	}
	return all
}

// statistic is one number of a point; false where the point has none.
func (p point) statistic(name string) (float64, bool) {
	if p.Count == 0 {
		return 0, false
	}
	switch types.Statistic(name) {
	case types.StatisticAverage:
		return p.Sum / p.Count, true
	case types.StatisticSum:
		return p.Sum, true
	case types.StatisticMinimum:
		return p.Min, true
	case types.StatisticMaximum:
		return p.Max, true
	case types.StatisticSampleCount:
		return p.Count, true
	}
	share, ok := percentile(name)
	if !ok || len(p.Values) == 0 {
		return 0, false
	}
	return p.percentile(share), true
}

// percentile reads p0 to p100, which may have decimals.
func percentile(name string) (float64, bool) {
	digits, ok := strings.CutPrefix(name, "p")
	f, err := strconv.ParseFloat(digits, 64)
	return f / 100, ok && err == nil && f >= 0 && f <= 100
}

// percentile is the least value that the share of all values does not exceed.
func (p point) percentile(share float64) float64 {
	values := slices.SortedFunc(slices.Values(p.Values), func(a, b weighted) int { return int(math.Copysign(1, a.Value-b.Value)) })
	total, below := 0.0, 0.0
	for _, v := range values {
		total += v.Count
	}
	for _, v := range values {
		if below += v.Count; below >= share*total {
			return v.Value
		}
	}
	return p.Max
}

// GetMetricStatistics returns statistics of one metric, in time's order.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
func (s *Service) GetMetricStatistics(_ context.Context, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	if err := checkStatistics(in); err != nil {
		return nil, err
	}
	q := query{Namespace: *in.Namespace, Name: *in.MetricName, Dimensions: in.Dimensions, Unit: in.Unit}
	period := time.Duration(*in.Period) * time.Second
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []types.Datapoint{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.matching(q) {
		from := in.StartTime.UTC().Truncate(min(period, time.Minute))
		for ; from.Before(*in.EndTime); from = from.Add(period) {
			q.Unit = m.Unit
			if p := s.over(q, from, from.Add(period)); p.Count > 0 {
				out.Datapoints = append(out.Datapoints, datapoint(p, m.Unit, in))
			}
		}
	}
	return out, nil
}

func checkStatistics(in *cloudwatch.GetMetricStatisticsInput) error {
	switch {
	case aws.ToString(in.Namespace) == "":
		return missing("Namespace")
	case aws.ToString(in.MetricName) == "":
		return missing("MetricName")
	case in.StartTime == nil:
		return missing("StartTime")
	case in.EndTime == nil:
		return missing("EndTime")
	case in.Period == nil:
		return missing("Period")
	case !in.StartTime.Before(*in.EndTime):
		return badValue("The parameter StartTime must be less than the parameter EndTime.")
	case !wholePeriod(*in.Period):
		return badValue("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
	case in.EndTime.Sub(*in.StartTime)/(time.Duration(*in.Period)*time.Second) > 1440:
		return badCombination("You have requested up to more than 1,440 datapoints. Reduce the datapoints requested by increasing Period or decreasing the time range.")
	case len(in.Statistics) == 0 && len(in.ExtendedStatistics) == 0:
		return missing("Statistics")
	}
	for _, name := range in.ExtendedStatistics {
		if _, ok := percentile(name); !ok {
			return badValue("The value " + name + " for parameter ExtendedStatistics is not supported.")
		}
	}
	return nil
}

// wholePeriod tells whether a period is one that CloudWatch has, in seconds.
func wholePeriod(seconds int32) bool {
	return slices.Contains([]int32{1, 5, 10, 20, 30}, seconds) || seconds > 0 && seconds%60 == 0
}

func datapoint(p point, unit types.StandardUnit, in *cloudwatch.GetMetricStatisticsInput) types.Datapoint {
	d := types.Datapoint{Timestamp: &p.At, Unit: unit}
	for _, name := range in.Statistics {
		v, ok := p.statistic(string(name))
		if !ok {
			continue
		}
		switch name {
		case types.StatisticAverage:
			d.Average = &v
		case types.StatisticSum:
			d.Sum = &v
		case types.StatisticMinimum:
			d.Minimum = &v
		case types.StatisticMaximum:
			d.Maximum = &v
		case types.StatisticSampleCount:
			d.SampleCount = &v
		}
	}
	for _, name := range in.ExtendedStatistics {
		if v, ok := p.statistic(name); ok {
			if d.ExtendedStatistics == nil {
				d.ExtendedStatistics = map[string]float64{}
			}
			d.ExtendedStatistics[name] = v
		}
	}
	return d
}
