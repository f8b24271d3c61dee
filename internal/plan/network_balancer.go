package plan

// NetworkLB is the word for a Network Load Balancer, which is the service's own, beside Public and Private.
const NetworkLB = "Network"
