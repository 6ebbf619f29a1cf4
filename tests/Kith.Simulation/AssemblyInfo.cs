// One simulation at a time: each is single-threaded by nature, and the large ones need the memory.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
