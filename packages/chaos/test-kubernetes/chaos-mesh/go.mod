// Only for its definition of NetworkChaos (config/crd), against which objects of ours are checked.
module livekit-swarm.invalid/chaos-mesh

go 1.26

require github.com/chaos-mesh/chaos-mesh v0.9.1-0.20260902003049-47411975a8cb
