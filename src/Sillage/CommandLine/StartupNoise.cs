namespace Sillage.CommandLine;

/// <summary>
/// Keeps the host from writing a stack trace about a start that failed: what can be expected is told in one line, and the
/// rest is told once. From the moment that the server is up the host says what it has to.
/// </summary>
internal sealed class StartupNoise
{
    private volatile bool _isUp;

    public void AddTo(ILoggingBuilder logging) =>
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => _isUp && level >= LogLevel.Warning);

    public void ServerIsUp() => _isUp = true;
}
