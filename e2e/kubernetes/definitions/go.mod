// Only for their definitions of objects (CRDs), against which objects of ours are checked.
module livekit-swarm.invalid/definitions

go 1.26

require (
	github.com/argoproj/argo-rollouts v1.9.1
	github.com/fluxcd/flagger v1.36.1
	github.com/kedacore/keda/v2 v2.21.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.6.1
)
