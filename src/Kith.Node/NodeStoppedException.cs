namespace Kith.Node;

/// <summary>The node is stopping: the call was not done.</summary>
public sealed class NodeStoppedException() : Exception("The node is stopping.");
