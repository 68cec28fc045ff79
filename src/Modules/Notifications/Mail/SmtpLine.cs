using System.Collections.Concurrent;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;
using Sillage.Notifications.Contracts;

namespace Sillage.Notifications.Mail;

/// <summary>
/// The line to the mail server. Connections are kept and used again; while the server cannot be reached nobody asks it more often than every
/// few seconds, and the log says so once.
/// </summary>
internal sealed partial class SmtpLine(
    IOptions<NotificationsOptions> options,
    TimeProvider clock,
    ILogger<SmtpLine> logger
) : IDisposable
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(10);

    // Servers close what is idle for minutes; one that does so sooner costs a second connection.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(30);

    // What was used a moment ago is not asked whether it still is there.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private static readonly string[] AboutMailbox = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

    private readonly string _server = SmtpSetting.Of(options.Value)?.ToString() ?? "";
    private readonly SmtpSetting? _setting = SmtpSetting.Of(options.Value);
    private readonly ConcurrentBag<IdleClient> _idle = [];
    private long _awaySince;
    private bool _isAway;

    /// <summary>The setting; null where no mail server is set.</summary>
    public SmtpSetting? Setting => _setting;

    /// <summary>How long nobody need try, because the server could not be reached just now.</summary>
    public TimeSpan Rests()
    {
        if (!Volatile.Read(ref _isAway))
        {
            return TimeSpan.Zero;
        }

        var left = Away - clock.GetElapsedTime(Interlocked.Read(ref _awaySince));
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Opens a connection, or takes one that is open and answers.</summary>
    /// <returns>The connection, which goes into <see cref="HandOverAsync"/> or <see cref="GiveBack"/>; or why there is none.</returns>
    public async Task<(SmtpClient? Client, MailOutcome? Refusal)> OpenAsync(CancellationToken ct)
    {
        if (_setting is null)
        {
            return (null, new MailOutcome(MailEnd.NotReached, "No mail server is set (Notifications:Smtp)."));
        }

        if (await TakeIdleAsync(ct) is { } used)
        {
            return (used, null);
        }

        var fresh = new SmtpClient
        {
            Timeout = (int)options.Value.SmtpTimeout.TotalMilliseconds,
            // docs/adr/0162-revocation-is-not-asked-for.md
            CheckCertificateRevocation = false,
        };
        if (await ConnectAsync(fresh, ct) is { } unreached)
        {
            fresh.Dispose();
            return (null, unreached);
        }

        return (fresh, null);
    }

    /// <summary>Keeps a connection for the next mail.</summary>
    public void GiveBack(SmtpClient client) => _idle.Add(new IdleClient(client, clock.GetTimestamp()));

    public void Dispose()
    {
        while (_idle.TryTake(out var idle))
        {
            idle.Client.Dispose();
        }
    }

    private async Task<MailOutcome?> ConnectAsync(SmtpClient client, CancellationToken ct)
    {
        try
        {
            using var limit = Limit(ct);
            await client.ConnectAsync(_setting!.Host, _setting.Port, _setting.Security, limit.Token);
            if (_setting.User is not null)
            {
                await client.AuthenticateAsync(_setting.User, _setting.Password ?? "", limit.Token);
            }

            if (Volatile.Read(ref _isAway))
            {
                Volatile.Write(ref _isAway, false);
                LogBack(logger, _server);
            }

            return null;
        }
        catch (Exception e) when (IsOfTheLine(e) && !ct.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _awaySince, clock.GetTimestamp());
            if (!Interlocked.Exchange(ref _isAway, true))
            {
                var reason = Words(e);
                LogAway(logger, _server, reason);
            }

            return new MailOutcome(MailEnd.NotReached, Words(e));
        }
    }

    /// <summary>Hands a mail over, and keeps the connection if it is still good.</summary>
    /// <returns>How it ended; it does not throw for what a server, a network or a stop does.</returns>
    public async Task<MailOutcome> HandOverAsync(SmtpClient client, MimeMessage message, CancellationToken ct)
    {
        var progress = new Progress();
        var isGood = false;
        try
        {
            using var limit = Limit(ct);
            await client.SendAsync(message, limit.Token, progress);
            isGood = true;
            return new MailOutcome(MailEnd.Taken);
        }
        catch (SmtpCommandException e)
        {
            // The server answered: its word counts, whatever the line does next.
            isGood = client.IsConnected && e.StatusCode != SmtpStatusCode.ServiceNotAvailable;
            return AnswerOf(e);
        }
        catch (Exception e) when (IsOfTheLine(e))
        {
            return new MailOutcome(progress.HasBegun ? MailEnd.NotKnown : MailEnd.NotReached, Words(e));
        }
        finally
        {
            if (isGood)
            {
                GiveBack(client);
            }
            else
            {
                client.Dispose();
            }
        }
    }

    private static MailOutcome AnswerOf(SmtpCommandException e)
    {
        var code = (int)e.StatusCode;
        var detail = $"{code} {e.Message}";
        return code switch
        {
            < 500 => new MailOutcome(MailEnd.NotNow, detail),
            // RFC 3463: 5.1.x is about the mailbox.
            _ when e.ErrorCode == SmtpErrorCode.RecipientNotAccepted && IsAboutMailbox(e.Message) => new MailOutcome(
                MailEnd.NoMailbox,
                detail
            ),
            _ => new MailOutcome(MailEnd.Never, detail),
        };
    }

    private static bool IsAboutMailbox(string answer) =>
        answer.TrimStart() is { } text
        && Array.Exists(AboutMailbox, code => text.StartsWith(code + " ", StringComparison.Ordinal));

    private static bool IsOfTheLine(Exception e) =>
        e
            is IOException
                or SocketException
                or ProtocolException
                or CommandException
                or ServiceNotConnectedException
                or ServiceNotAuthenticatedException
                or AuthenticationException
                or SslHandshakeException
                or OperationCanceledException
                or NotSupportedException
                or TimeoutException;

    private CancellationTokenSource Limit(CancellationToken ct)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(ct);
        source.CancelAfter(options.Value.SmtpTimeout);
        return source;
    }

    private async Task<SmtpClient?> TakeIdleAsync(CancellationToken ct)
    {
        while (_idle.TryTake(out var idle))
        {
            var rested = clock.GetElapsedTime(idle.Since);
            if (
                idle.Client.IsConnected
                && rested < LongestIdle
                && (rested < Fresh || await AnswersAsync(idle.Client, ct))
            )
            {
                return idle.Client;
            }

            idle.Client.Dispose();
        }

        return null;
    }

    private async Task<bool> AnswersAsync(SmtpClient client, CancellationToken ct)
    {
        try
        {
            using var limit = Limit(ct);
            await client.NoOpAsync(limit.Token);
            return true;
        }
        catch (Exception e) when (IsOfTheLine(e))
        {
            return false;
        }
    }

    // What a server says may be long, and over several lines.
    private static string Words(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            // A read that takes too long ends by the connection's own limit or by ours, whichever is first.
            if (
                cause
                is OperationCanceledException
                    or TimeoutException
                    or SocketException { SocketErrorCode: SocketError.TimedOut }
            )
            {
                return "It did not answer in time.";
            }
        }

        var said = e is IOException ? e.GetBaseException() : e;
        return said.Message.ReplaceLineEndings(" ");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The mail server {Server} cannot be used: {Reason} Mails wait.")]
    private static partial void LogAway(ILogger logger, string server, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The mail server {Server} is back.")]
    private static partial void LogBack(ILogger logger, string server);

    private sealed record IdleClient(SmtpClient Client, long Since);

    /// <summary>Whether anything of the mail itself has gone out.</summary>
    private sealed class Progress : ITransferProgress
    {
        public bool HasBegun { get; private set; }

        public void Report(long bytesTransferred, long totalSize) => HasBegun = true;

        public void Report(long bytesTransferred) => HasBegun = true;
    }
}
