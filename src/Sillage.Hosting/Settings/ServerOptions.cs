namespace Sillage.Hosting.Settings;

/// <summary>What the server runs and where it listens.</summary>
public sealed class ServerOptions
{
    /// <summary>Addresses to listen on, separated by <c>;</c>. Default <c>http://localhost:8000</c>.</summary>
    public string Urls { get; set; } = "http://localhost:8000";

    /// <summary>The modules to run, separated by commas. Default: all.</summary>
    public string? Modules { get; set; }
}
