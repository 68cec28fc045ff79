using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Sillage.Hosting.Telemetry;

/// <summary>
/// The log: one line each, on standard error, so that what a verb prints stays clean. Lines carry the trace and the span
/// that they belong to.
/// </summary>
internal static class LoggingSetup
{
    public static void AddSillageLogging(this ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.Configure(options =>
            options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId
        );
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        KeepSecretsOut(logging);
        OutageFilter.AddTo(logging.Services);
        // Of what the log has, whoever runs the server sees the last of it in the console.
        logging.Services.AddSingleton<RecentLog>();
        logging.Services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<RecentLog>());
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        var form = Enum.TryParse<LogForm>(configuration["Telemetry:Logs"], ignoreCase: true, out var chosen)
            ? chosen
            : LogForm.Auto;
        if (form == LogForm.Json || (form == LogForm.Auto && Console.IsErrorRedirected))
        {
            logging.AddJsonConsole(json =>
            {
                json.IncludeScopes = true;
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            });
        }
        else
        {
            logging.AddSimpleConsole(text =>
            {
                text.SingleLine = true;
                text.IncludeScopes = true;
                text.UseUtcTimestamp = true;
                text.TimestampFormat = "HH:mm:ss.fff ";
                text.ColorBehavior = LoggerColorBehavior.Default;
            });
        }
    }

    // These write query strings, header fields or parameter values at some level. After the configuration, so that no
    // setting brings them back: what the log may hold is not a matter of verbosity. Hosting stays at Error rather than
    // off, because it starts a request's activity, with the trace id, only where it could log something.
    private static void KeepSecretsOut(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Error);
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.Http.RequestDelegateFactory", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.Http.Result", LogLevel.Warning);
        logging.AddFilter("Npgsql.Command", LogLevel.Warning);
    }
}
