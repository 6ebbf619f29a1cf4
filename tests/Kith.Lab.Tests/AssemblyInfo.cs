// Small towns and the proofs of NATs wait most of the time, for clocks of kernels and of sessions: more of them than there are cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
