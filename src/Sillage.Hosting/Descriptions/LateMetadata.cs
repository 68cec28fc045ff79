namespace Sillage.Hosting.Descriptions;

/// <summary>Says of a route that people declared it while the server runs: all others, of every service, go before it.</summary>
public sealed class LateMetadata
{
    /// <summary>The order that such routes have.</summary>
    public const int Order = 1000;
}
