using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Sillage.Notifications.Tests;

/// <summary>A real SMTP server that does as a test says: takes mail, refuses it, stalls, or drops the line after DATA.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _sessions;
    private bool _isDisposed;

    public int Port { get; private set; }

    /// <summary>What it took, in the order it came.</summary>
    public ConcurrentQueue<MimeMessage> Taken { get; } = [];

    /// <summary>What it answers to a recipient; null to take it. Asked once for each.</summary>
    public Func<string, SmtpResponse?> AtRecipient { get; set; } = _ => null;

    /// <summary>What it answers to the mail itself, once it has it whole; null to take it.</summary>
    public Func<MimeMessage, SmtpResponse?> AtData { get; set; } = _ => null;

    /// <summary>Whether it keeps the mail and then drops the line without a word.</summary>
    public Func<MimeMessage, bool> DropsAfterData { get; set; } = _ => false;

    /// <summary>Connections that it had.</summary>
    public int Sessions => _sessions;

    public string Setting => $"smtp://127.0.0.1:{Port}";

    public static MailServer Start(int? port = null)
    {
        var server = new MailServer();
        server.Port = port ?? FreePort();
        var options = new SmtpServerOptionsBuilder()
            .ServerName("mail.test")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, server.Port)))
            .Build();
        var services = new ServiceProvider();
        services.Add(new Store(server));
        services.Add(new Filter(server));
        var smtp = new SmtpServer.SmtpServer(options, services);
        smtp.SessionCreated += (_, _) => Interlocked.Increment(ref server._sessions);
        server._running = smtp.StartAsync(server._stop.Token);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }

        _stop.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Store(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context,
            IMessageTransaction transaction,
            ReadOnlySequence<byte> buffer,
            CancellationToken cancellationToken
        )
        {
            using var stream = new MemoryStream(buffer.ToArray());
            var message = await MimeMessage.LoadAsync(stream, cancellationToken);
            if (server.AtData(message) is { } refusal)
            {
                return refusal;
            }

            server.Taken.Enqueue(message);
            if (server.DropsAfterData(message))
            {
                (context.Pipe as IDisposable)?.Dispose();
            }

            return SmtpResponse.Ok;
        }
    }

    private sealed class Filter(MailServer server) : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(
            ISessionContext context,
            IMailbox to,
            IMailbox from,
            CancellationToken cancellationToken
        ) =>
            server.AtRecipient(to.AsAddress()) is { } refusal
                ? throw new SmtpResponseException(refusal)
                : Task.FromResult(true);
    }
}
