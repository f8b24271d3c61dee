// Package cloudwatch is the emulator's CloudWatch: metrics that PutMetricData brings, and alarms over them.
//
// Alarms are evaluated whenever data of their metric come in and every ten seconds on the emulator's clock, with AWS's rules for
// periods, for data points that are missing and for how many of them must breach. A change of state runs the alarm's actions:
// a scaling policy of Application Auto Scaling, which goes on acting once a minute while the alarm lasts, or an SNS topic.
// Everything else that an action may name is noted in the alarm's history and does nothing.
//
// AWS's own services publish nothing here: an alarm over AWS/ECS or AWS/ApplicationELB has no data, and changes when it is told to
// (SetAlarmState). Alarms over metric math are kept and not evaluated; composite alarms, anomaly detection, dashboards and
// percentiles of statistic sets are not part of it. Its lock is never held while another service is called.
package cloudwatch

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"ferry.dev/ferry/internal/emulator/autoscaling"
	"ferry.dev/ferry/internal/emulator/clock"
	"ferry.dev/ferry/internal/emulator/ids"
	"ferry.dev/ferry/internal/emulator/persist"
	"ferry.dev/ferry/internal/emulator/sns"
	"ferry.dev/ferry/internal/emulator/wire"
)

// Deps is what the service works with.
type Deps struct {
	Scope   ids.Scope
	Clock   *clock.Clock
	Scaling *autoscaling.Service
	Topics  *sns.Service
}

// Service is CloudWatch. It is safe for concurrent use.
type Service struct {
	Deps

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu       sync.Mutex
	state    state
	watching bool // a goroutine evaluates the alarms
}

type state struct {
	Alarms  map[string]*alarm
	Series  map[string]*series
	History []types.AlarmHistoryItem // newest last
}

// alarm is an alarm with what the API tells elsewhere.
type alarm struct {
	types.MetricAlarm
	Tags   map[string]string
	Scaled time.Time // when its scaling policies were last told
}

// New makes the service.
func New(d Deps) *Service {
	s := &Service{Deps: d, state: state{Alarms: map[string]*alarm{}, Series: map[string]*series{}}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Wire declares the service. SDKs speak CBOR to it, older ones a form and XML, the command line JSON.
func (s *Service) Wire() wire.Service {
	return wire.Service{
		Name: "monitoring", Protocol: wire.CBOR, Also: []wire.Protocol{wire.JSON11, wire.Query}, TargetPrefix: "GraniteServiceVersion20100801",
		ContentType: "application/x-amz-json-1.0", Version: "2010-08-01", Namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
		PascalNames: true, Names: smallMessages(), QueryErrors: queryErrors(),
		Statuses: map[string]int{"ConcurrentModificationException": 429, "ConflictException": 409, "DashboardNotFoundError": 404,
			"ResourceConflict": 409, "ResourceNotFound": 404, "ResourceNotFoundException": 404},
		Unions: []any{(*types.EvaluationCriteriaMemberPromQLCriteria)(nil), (*types.EvaluationWindowMemberWallClockWindow)(nil)},
		Operations: map[string]wire.Operation{
			"DeleteAlarms":         wire.Op(s.DeleteAlarms),
			"DescribeAlarmHistory": wire.Op(s.DescribeAlarmHistory),
			"DescribeAlarms":       wire.Op(s.DescribeAlarms),
			"DisableAlarmActions":  wire.Op(s.DisableAlarmActions),
			"EnableAlarmActions":   wire.Op(s.EnableAlarmActions),
			"GetMetricStatistics":  wire.Op(s.GetMetricStatistics),
			"ListMetrics":          wire.Op(s.ListMetrics),
			"ListTagsForResource":  wire.Op(s.ListTagsForResource),
			"PutMetricAlarm":       wire.Op(s.PutMetricAlarm),
			"PutMetricData":        wire.Op(s.PutMetricData),
			"SetAlarmState":        wire.Op(s.SetAlarmState),
			"TagResource":          wire.Op(s.TagResource),
			"UntagResource":        wire.Op(s.UntagResource),
		},
	}
}

// smallMessages are the members of errors that begin with a small letter, against the service's own rule.
func smallMessages() map[string]string {
	names := map[string]string{"DashboardInvalidInputError.DashboardValidationMessages": "dashboardValidationMessages"}
	for _, e := range []string{"DashboardInvalidInputError", "DashboardNotFoundError", "InvalidFormatFault", "InvalidNextToken", "InvalidParameterCombinationException",
		"InvalidParameterValueException", "LimitExceededFault", "MissingRequiredParameterException", "ResourceConflict", "ResourceNotFound", "ValidationException"} {
		names[e+".Message"] = "message"
	}
	return names
}

// queryErrors are the errors' codes in the protocol that the service was born with, where they are others.
func queryErrors() map[string]string {
	return map[string]string{
		"InternalServiceFault": "InternalServiceError", "InvalidFormatFault": "InvalidFormat", "InvalidParameterCombinationException": "InvalidParameterCombination",
		"InvalidParameterValueException": "InvalidParameterValue", "LimitExceededFault": "LimitExceeded", "MissingRequiredParameterException": "MissingParameter",
	}
}

// Save returns the service's state.
func (s *Service) Save() ([]byte, error) { return persist.Save(&s.mu, &s.state) }

// Load takes what Save returned, and goes on evaluating the alarms.
func (s *Service) Load(data []byte) error {
	if err := persist.Load(&s.mu, data, &s.state); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watch()
	return nil
}

// Close ends the evaluation.
func (s *Service) Close() error {
	s.stop()
	s.wg.Wait()
	return nil
}

// now is the clock's time as the API tells it.
func (s *Service) now() *time.Time { return aws.Time(s.Clock.Now().Truncate(time.Millisecond)) }

// invalid is the error for what no single parameter's type can say. The SDK has no type for it.
func invalid(message string) error { return &wire.Error{Code: "ValidationError", Message: message} }

func badValue(message string) error { return &types.InvalidParameterValueException{Message: &message} }

func badCombination(message string) error {
	return &types.InvalidParameterCombinationException{Message: &message}
}

func missing(parameter string) error {
	return &types.MissingRequiredParameterException{Message: aws.String("The parameter " + parameter + " is required.")}
}

func badToken() error {
	return &types.InvalidNextToken{Message: aws.String("The next token is not valid.")}
}
