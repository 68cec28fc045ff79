namespace Sillage.Hosting.Discovery;

/// <summary>A copy of a service, as a DNS record tells of it.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Weight">How much it takes, next to the others; 0 for one that gets something only where there is no other.</param>
public sealed record FoundCopy(Uri Address, int Weight);
