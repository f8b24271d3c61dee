package cloudwatch

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ferry.dev/ferry/internal/emulator/paging"
)

// series is one metric in one unit, as AWS keeps metrics of one name apart.
type series struct {
	Namespace, Name string
	Dimensions      []types.Dimension // by name
	Unit            types.StandardUnit
	Points          []point // by time
}

// point is what came in for one minute, or for one second of a metric of high resolution.
type point struct {
	At                   time.Time
	Sum, Count, Min, Max float64
	Values               []weighted // what percentiles are made of; sets of statistics have none
}

type weighted struct{ Value, Count float64 }

// mostPoints is how many points of a series are kept: more than a day of minutes, which is the longest that an alarm of one
// day's periods looks back.
const mostPoints = 2000

// PutMetricData takes data of metrics in, and evaluates the alarms over them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
func (s *Service) PutMetricData(ctx context.Context, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
	ns := aws.ToString(in.Namespace)
	data := slices.Clone(in.MetricData)
	for _, e := range in.EntityMetricData {
		data = append(data, e.MetricData...)
	}
	switch {
	case ns == "":
		return nil, missing("Namespace")
	case strings.HasPrefix(ns, "AWS/"):
		return nil, badValue("The value AWS/ for parameter Namespace is invalid.")
	case len(data) == 0:
		return nil, missing("MetricData")
	case len(data) > 1000:
		return nil, badValue("The collection MetricData must not have a size greater than 1000.")
	}
	points := make([]point, len(data))
	for i, d := range data {
		var err error
		if points[i], err = s.newPoint(d); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	for i, d := range data {
		s.seriesOf(ns, d).add(points[i])
	}
	s.mu.Unlock()
	s.evaluate(ctx, func(a *alarm) bool {
		return slices.ContainsFunc(data, func(d types.MetricDatum) bool {
			m, ok := a.metric()
			return ok && m.Namespace == ns && m.Name == *d.MetricName
		})
	})
	return &cloudwatch.PutMetricDataOutput{}, nil
}

// newPoint checks one datum and reads it.
func (s *Service) newPoint(d types.MetricDatum) (point, error) {
	if aws.ToString(d.MetricName) == "" {
		return point{}, missing("MetricData.member.1.MetricName")
	}
	if err := checkDimensions(d.Dimensions); err != nil {
		return point{}, err
	}
	at, now := s.Clock.Now(), s.Clock.Now()
	if d.Timestamp != nil {
		at = *d.Timestamp
	}
	if at.Before(now.AddDate(0, 0, -14)) || at.After(now.Add(2*time.Hour)) {
		return point{}, badValue("The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks or two hours into the future.")
	}
	resolution := time.Minute
	if aws.ToInt32(d.StorageResolution) == 1 {
		resolution = time.Second
	}
	p := point{At: at.UTC().Truncate(resolution)}
	given := 0
	for _, is := range []bool{d.Value != nil, d.StatisticValues != nil, len(d.Values) > 0} {
		if is {
			given++
		}
	}
	if given != 1 {
		return p, badCombination("Exactly one of Value, Values and StatisticValues must be given.")
	}
	return p, p.take(d)
}

// take reads the value, the values or the set of statistics of a datum.
func (p *point) take(d types.MetricDatum) error {
	if set := d.StatisticValues; set != nil {
		count := aws.ToFloat64(set.SampleCount)
		if count <= 0 || set.Sum == nil || set.Minimum == nil || set.Maximum == nil {
			return badValue("StatisticValues needs SampleCount, Sum, Minimum and Maximum.")
		}
		p.Sum, p.Count, p.Min, p.Max = *set.Sum, count, *set.Minimum, *set.Maximum
		return finite(p.Sum, p.Min, p.Max)
	}
	values, counts := d.Values, d.Counts
	if d.Value != nil {
		values, counts = []float64{*d.Value}, nil
	}
	if len(values) > 150 || counts != nil && len(counts) != len(values) {
		return badValue("Values and Counts must have the same length, at most 150.")
	}
	for i, v := range values {
		n := 1.0
		if counts != nil {
			n = counts[i]
		}
		if n <= 0 {
			return badValue("Counts must be greater than 0.")
		}
		p.merge(point{Sum: v * n, Count: n, Min: v, Max: v, Values: []weighted{{v, n}}})
	}
	return finite(values...)
}

func finite(values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > math.Ldexp(1, 360) {
			return badValue("The value is not a number between -2^360 and 2^360.")
		}
	}
	return nil
}

// merge adds another point's values.
func (p *point) merge(o point) {
	if p.Count == 0 {
		p.Min, p.Max = o.Min, o.Max
	}
	p.Sum, p.Count, p.Min, p.Max = p.Sum+o.Sum, p.Count+o.Count, min(p.Min, o.Min), max(p.Max, o.Max)
	p.Values = append(p.Values, o.Values...)
}

// add puts a point where its time belongs.
func (s *series) add(p point) {
	i, found := slices.BinarySearchFunc(s.Points, p, func(a, b point) int { return a.At.Compare(b.At) })
	if found {
		s.Points[i].merge(p)
		return
	}
	s.Points = slices.Insert(s.Points, i, p)
	s.Points = s.Points[max(0, len(s.Points)-mostPoints):]
}

// seriesOf finds or makes a datum's series. The caller holds the lock.
func (s *Service) seriesOf(ns string, d types.MetricDatum) *series {
	unit := cmp.Or(d.Unit, types.StandardUnitNone)
	dims := ordered(d.Dimensions)
	key := strings.Join([]string{ns, *d.MetricName, string(unit), dimensionKey(dims)}, "\x00")
	if s.state.Series[key] == nil {
		s.state.Series[key] = &series{Namespace: ns, Name: *d.MetricName, Dimensions: dims, Unit: unit}
	}
	return s.state.Series[key]
}

func ordered(list []types.Dimension) []types.Dimension {
	return slices.SortedFunc(slices.Values(list), func(a, b types.Dimension) int { return strings.Compare(aws.ToString(a.Name), aws.ToString(b.Name)) })
}

func dimensionKey(list []types.Dimension) string {
	var b strings.Builder
	for _, d := range list {
		b.WriteString(aws.ToString(d.Name) + "\x00" + aws.ToString(d.Value) + "\x00")
	}
	return b.String()
}

func checkDimensions(list []types.Dimension) error {
	if len(list) > 30 {
		return badValue("The collection Dimensions must not have a size greater than 30.")
	}
	for _, d := range list {
		if aws.ToString(d.Name) == "" || aws.ToString(d.Value) == "" {
			return badValue("A dimension needs a name and a value.")
		}
	}
	return nil
}

// ListMetrics lists the metrics that data came in for.
func (s *Service) ListMetrics(_ context.Context, in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, all := map[string]bool{}, []types.Metric{}
	for _, m := range s.state.Series {
		key := m.Namespace + "\x00" + m.Name + "\x00" + dimensionKey(m.Dimensions)
		if !seen[key] && m.listed(in) {
			all = append(all, types.Metric{Namespace: aws.String(m.Namespace), MetricName: aws.String(m.Name), Dimensions: m.Dimensions})
		}
		seen[key] = true
	}
	slices.SortFunc(all, func(a, b types.Metric) int {
		return cmp.Or(strings.Compare(*a.Namespace, *b.Namespace), strings.Compare(*a.MetricName, *b.MetricName), strings.Compare(dimensionKey(a.Dimensions), dimensionKey(b.Dimensions)))
	})
	page, next, err := paging.Page(all, in.NextToken, nil, 500)
	if err != nil {
		return nil, badToken()
	}
	return &cloudwatch.ListMetricsOutput{Metrics: page, NextToken: next}, nil
}

func (s *series) listed(in *cloudwatch.ListMetricsInput) bool {
	if in.Namespace != nil && *in.Namespace != s.Namespace || in.MetricName != nil && *in.MetricName != s.Name {
		return false
	}
	for _, want := range in.Dimensions {
		if !slices.ContainsFunc(s.Dimensions, func(d types.Dimension) bool {
			return *d.Name == aws.ToString(want.Name) && (want.Value == nil || *d.Value == *want.Value)
		}) {
			return false
		}
	}
	return true
}
