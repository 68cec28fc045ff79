using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Storage;

namespace Sillage.CommandLine;

/// <summary>Which failures can be expected, and what to tell about them: what is wrong and what to do, in one line.</summary>
internal static class ExpectedFailure
{
    /// <summary>One line, or null for what nobody expected.</summary>
    public static string? Describe(Exception exception) =>
        exception switch
        {
            SettingsException e => e.Message,
            VerbException e => OneLine(e.Message),
            OptionsValidationException e => OneLine(string.Join("; ", e.Failures)),
            StorageSetupException e => OneLine(e.Message),
            DatabaseUnavailableException { InnerException: SqliteException inner } e => OneLine(
                $"{e.Message} ({inner.Message.TrimEnd('.')}) Mend that, or choose another folder with --data."
            ),
            DatabaseUnavailableException e => OneLine(
                $"{e.Message} {e.InnerException?.Message}. Check that it runs, and the setting Postgres."
            ),
            StandardOutputException e => e.Message,
            NpgsqlException e => OneLine(
                $"PostgreSQL refuses this: {e.Message.TrimEnd('.')}. Check the setting Postgres and the rights of its user."
            ),
            OutOfMemoryException => "there is not enough memory for this.",
            SocketException { SocketErrorCode: SocketError.TooManyOpenSockets } => TooManyFiles,
            IOException { HResult: 24 or 23 } => TooManyFiles,
            IOException { InnerException: AddressInUseException } e => Unavailable(e, "is taken by another program"),
            SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                "this user may not listen on that port; choose one above 1023 with --urls, such as http://localhost:8000.",
            SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
                "this machine does not have that address; choose another with --urls, such as http://localhost:8000.",
            AggregateException { InnerExceptions: [var only] } => Describe(only),
            _ => null,
        };

    private const string TooManyFiles =
        "too many files and connections are open; raise the limit with ulimit -n 65536, or LimitNOFILE=65536 in the service.";

    // Kestrel's message: Failed to bind to address http://127.0.0.1:8000: address already in use.
    private static string Unavailable(IOException exception, string what)
    {
        var address = exception
            .Message.Split(' ')
            .FirstOrDefault(word => word.StartsWith("http", StringComparison.OrdinalIgnoreCase));
        return $"{address?.TrimEnd(':', '.') ?? "the address"} {what}. Stop that program, or choose another address: "
            + "sillage --urls http://localhost:8001";
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
