using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Npgsql;

namespace Sillage.Storage.Postgres;

/// <summary>Turns PostgreSQL's error codes (appendix A of its manual) and broken connections into what callers act on.</summary>
internal static class PostgresErrors
{
    private static readonly TimeSpan RetrySoon = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryLater = TimeSpan.FromSeconds(10);

    /// <summary>The exception to hand on in place of <paramref name="exception"/>.</summary>
    public static Exception Translate(NpgsqlException exception) =>
        exception switch
        {
            PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } taken => new UniqueViolationException(
                taken.ConstraintName ?? taken.MessageText,
                taken
            ),
            PostgresException refused => Unavailable(refused) ?? (Exception)refused,
            // Two statements at a time on one connection: a mistake of ours, not the server's.
            NpgsqlOperationInProgressException mistake => mistake,
            _ => ConnectionLost(exception),
        };

    /// <summary>Throws what <paramref name="exception"/> stands for; returns if it stands for itself.</summary>
    public static void ThrowTranslated(NpgsqlException exception)
    {
        var translated = IsConflict(exception) ? Conflict(exception) : Translate(exception);
        if (translated != exception)
        {
            throw translated;
        }
    }

    /// <summary>Throws what is to be said instead at the opening of a database; returns if the exception stands for itself.</summary>
    public static void ThrowTranslatedAtOpening(Exception exception, string schema)
    {
        var translated = exception switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused =>
                new DatabaseRefusedException(schema, refused),
            NpgsqlException lost => IsConflict(lost) ? Conflict(lost) : Translate(lost),
            // A name that nobody knows, a certificate that is not there: they come as they are.
            SocketException or IOException or AuthenticationException or CryptographicException => ConnectionLost(
                exception
            ),
            _ => exception,
        };
        if (translated != exception)
        {
            throw translated;
        }
    }

    /// <summary>Whether the transaction lost against another and would go through if run again.</summary>
    public static bool IsConflict(Exception? exception) =>
        exception
            is PostgresException
            {
                SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            };

    /// <summary>Whether the server, rather than the statement, is the trouble, so that pooled connections are stale.</summary>
    public static bool IsConnectionLost(Exception? exception) =>
        exception
            is PostgresException
                {
                    SqlState: PostgresErrorCodes.AdminShutdown
                        or PostgresErrorCodes.CrashShutdown
                        or PostgresErrorCodes.CannotConnectNow
                }
                or (NpgsqlException and not (PostgresException or NpgsqlOperationInProgressException));

    /// <summary>Whether the server ended a connection that stood (appendix A: 57P01, 57P02).</summary>
    public static bool IsConnectionBroken(Exception exception) =>
        exception
            is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown };

    private static DatabaseUnavailableException ConnectionLost(Exception exception) =>
        new("PostgreSQL cannot be reached.", RetrySoon, exception) { IsOutage = true };

    private static DatabaseUnavailableException Conflict(Exception exception) =>
        new("Too many writes want the same rows: nothing was stored.", RetrySoon, exception);

    /// <summary>The server went away between the order to commit and its answer; only it knows which came first.</summary>
    public static DatabaseUnavailableException CommitUnknown(Exception exception) =>
        new(
            "PostgreSQL went away while it was told to commit: whether this was stored is not known. Send it again with the same ids.",
            RetrySoon,
            exception
        )
        {
            IsOutcomeKnown = false,
            IsOutage = true,
        };

    private static DatabaseUnavailableException? Unavailable(PostgresException exception) =>
        exception.SqlState switch
        {
            PostgresErrorCodes.DiskFull or PostgresErrorCodes.IoError => new(
                "PostgreSQL's disk is full or broken: nothing was stored.",
                RetryLater,
                exception
            ),
            PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.OutOfMemory
            or PostgresErrorCodes.InsufficientResources
            or PostgresErrorCodes.ConfigurationLimitExceeded
            or PostgresErrorCodes.LockNotAvailable => new(
                "PostgreSQL is too busy: nothing was stored.",
                RetrySoon,
                exception
            ),
            PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.CannotConnectNow
            // A standby took over, or the primary was put aside.
            or PostgresErrorCodes.ReadOnlySqlTransaction => new(
                "PostgreSQL is shutting down or starting up: nothing was stored.",
                RetrySoon,
                exception
            )
            {
                IsOutage = true,
            },
            ['0', '8', ..] => ConnectionLost(exception),
            // A wrong password, a user or a database that is not there: from the start on, or changed while we run.
            PostgresErrorCodes.InvalidCatalogName or ['2', '8', ..] => new(
                "PostgreSQL refuses the connection.",
                RetryLater,
                exception
            )
            {
                IsOutage = true,
            },
            _ => null,
        };
}
