namespace Sillage.Hosting.Settings;

/// <summary>What the server runs and where it listens.</summary>
public sealed class ServerOptions
{
    /// <summary>
    /// Addresses to listen on, separated by <c>;</c>. Default <c>http://localhost:8000</c>. Those that begin with <c>https://</c>
    /// need <c>Tls:Certificate</c>.
    /// </summary>
    public string Urls { get; set; } = "http://localhost:8000";

    /// <summary>The modules to run, separated by commas. Default: all.</summary>
    public string? Modules { get; set; }

    /// <summary>
    /// The Redis through which the processes of a deployment tell each other of live events, and copies of a service of what their limits have granted: <c>host:port,password=…</c>. Default: none, for one
    /// process.
    /// </summary>
    public string? Redis { get; set; }
}
