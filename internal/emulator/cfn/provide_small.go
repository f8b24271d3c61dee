package cfn

// small are the services of which a template uses one or two types.
func (d Deps) small() map[string]provider {
	return map[string]provider{
		"AWS::CloudWatch::Alarm":                     d.alarm(),
		"AWS::Logs::LogGroup":                        d.logGroup(),
		"AWS::ECR::Repository":                       d.repository(),
		"AWS::ServiceDiscovery::HttpNamespace":       d.namespace(false),
		"AWS::ServiceDiscovery::PrivateDnsNamespace": d.namespace(true),
		"AWS::ServiceDiscovery::Service":             d.discoveryService(),
		"AWS::SSM::Parameter":                        d.ssmParameter(),
		"AWS::SecretsManager::Secret":                d.secret(),
		"AWS::SNS::Subscription":                     d.subscription(),
		"AWS::SNS::Topic":                            d.topic(),
		"AWS::SNS::TopicPolicy":                      d.topicPolicy(),
		"AWS::SQS::Queue":                            d.queue(),
		"AWS::SQS::QueuePolicy":                      d.queuePolicy(),
	}
}
