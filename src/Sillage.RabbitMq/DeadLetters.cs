using System.Runtime.CompilerServices;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Sillage.Hosting.Verbs;

namespace Sillage.RabbitMq;

/// <summary>A message that was put aside.</summary>
/// <param name="Id">What it is called by: the event's id, or one that it was given.</param>
/// <param name="Name">The event's name; empty if it says none.</param>
/// <param name="Reason">Why it was put aside.</param>
public sealed record PutAside(string Id, string Name, string Reason);

/// <summary>
/// The messages that a module could not read: to look at, to put back one by one once the cause is mended, or to drop. What is not done with,
/// for whatever reason, is where it was.
/// </summary>
public sealed class DeadLetters : IAsyncDisposable
{
    private static readonly TimeSpan ForConfirmation = TimeSpan.FromSeconds(30);

    private readonly IConnection _connection;
    private readonly string _module;

    private DeadLetters(IConnection connection, string module) => (_connection, _module) = (connection, module);

    /// <summary>Opens those of a module.</summary>
    /// <param name="uri">The setting <c>Bus:RabbitMq</c>.</param>
    /// <param name="module">The module's name.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="VerbException">RabbitMQ is not reached, or knows no such module.</exception>
    public static async Task<DeadLetters> OpenAsync(string uri, string module, CancellationToken ct)
    {
        RabbitMqRegistration.Check(uri);
        try
        {
            var factory = new ConnectionFactory { Uri = new Uri(uri), AutomaticRecoveryEnabled = false };
            var connection = await factory.CreateConnectionAsync(ct);
            if (await Topology.HasDeadQueueAsync(connection, module, ct))
            {
                return new DeadLetters(connection, module);
            }

            await connection.DisposeAsync();
        }
        catch (BrokerUnreachableException e)
        {
            throw new VerbException($"RabbitMQ is not reached: {e.InnerException?.Message ?? e.Message}", e);
        }

        throw new VerbException($"no module {module} has listened on this RabbitMQ so far.");
    }

    /// <summary>All of them, the oldest first.</summary>
    public async Task<IReadOnlyList<PutAside>> ListAsync(CancellationToken ct)
    {
        await using var open = await OpenChannel.OnAsync(_connection, ct);
        var list = new List<PutAside>();
        await foreach (var letter in ReadAsync(open.Channel, ct))
        {
            list.Add(
                new PutAside(
                    letter.Properties.MessageId ?? "",
                    letter.Properties.Type ?? "",
                    DeadLetter.ReasonOf(letter.Properties)
                )
            );
        }

        return list;
    }

    /// <summary>Puts one back into the module's queue, or all of them: each is let go of once RabbitMQ has it there.</summary>
    /// <returns>How many.</returns>
    public async Task<int> ReplayAsync(string? id, CancellationToken ct)
    {
        await using var publisher = await ConfirmedPublisher.OpenAsync(_connection, ct);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        return await EachAsync(
            id,
            async letter =>
            {
                deadline.CancelAfter(ForConfirmation);
                await publisher.PublishAsync([DeadLetter.Back(letter, _module)], deadline.Token);
            },
            ct
        );
    }

    /// <summary>Drops one for good: the module will never have had it.</summary>
    /// <returns>How many there were.</returns>
    public Task<int> DropAsync(string id, CancellationToken ct) => EachAsync(id, _ => Task.CompletedTask, ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private async Task<int> EachAsync(string? id, Func<Delivery, Task> work, CancellationToken ct)
    {
        await using var open = await OpenChannel.OnAsync(_connection, ct);
        var done = 0;
        await foreach (var letter in ReadAsync(open.Channel, ct))
        {
            if (id is null || letter.Properties.MessageId == id)
            {
                await work(letter);
                await open.Channel.BasicAckAsync(letter.Tag, multiple: false, ct);
                done++;
            }
        }

        return done;
    }

    /// <summary>All that are there, each once: one may be put aside again meanwhile. What is not acknowledged goes back.</summary>
    private async IAsyncEnumerable<Delivery> ReadAsync(IChannel channel, [EnumeratorCancellation] CancellationToken ct)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (
            await channel.BasicGetAsync(Topology.DeadQueue(_module), autoAck: false, ct) is { } got
            && seen.Add(got.BasicProperties.MessageId ?? $"{got.DeliveryTag}")
        )
        {
            yield return new Delivery(got.DeliveryTag, got.BasicProperties, got.Body);
        }

        // At once, and not only with the channel's end.
        await channel.BasicNackAsync(0, multiple: true, requeue: true, ct);
    }
}
