namespace Sillage.Benchmarks.Load;

/// <summary>How many connections, and for how long.</summary>
internal sealed record LoadShape(int Connections, TimeSpan WarmUp, TimeSpan Measured);
