using Sillage.Storage.Events;

namespace Sillage.Storage.Postgres;

/// <summary>
/// The bus of processes that share a PostgreSQL: into the inboxes of this process as ever, and straight into those of the
/// modules that are registered elsewhere, whose pumps a notification wakes.
/// </summary>
internal sealed class PostgresEventBus(
    InProcessEventBus local,
    PostgresDeployment deployment,
    ModuleDatabases databases
) : IEventBus
{
    /// <summary>The channel of notifications; each is the name of a module whose inbox was written into.</summary>
    public const string Channel = "sillage_received";

    public async Task PublishAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        var deliveries = new List<Task> { local.PublishAsync(envelopes, ct) };
        foreach (var module in await deployment.ListAsync(ct))
        {
            var wanted = envelopes.Where(envelope => module.Subscriptions.Contains(envelope.Name)).ToArray();
            if (wanted.Length > 0 && !local.Has(module.Name))
            {
                deliveries.Add(DeliverAsync(module.Name, wanted, ct));
            }
        }

        // Waits for all, also if one fails: each subscriber gets the events whatever the others do.
        await Task.WhenAll(deliveries);
    }

    public Task<IAsyncDisposable> SubscribeAsync(
        string subscriber,
        IReadOnlySet<string> eventNames,
        ReceiveEvents receive,
        CancellationToken ct
    ) => local.SubscribeAsync(subscriber, eventNames, receive, ct);

    private Task<int> DeliverAsync(string module, EventEnvelope[] envelopes, CancellationToken ct) =>
        databases
            .All.First()
            .WriteAsync(
                async unit =>
                {
                    // The name is of the form that modules' names have: the table holds no other.
                    await Inbox.InsertAsync(unit, $"\"{module}\".", envelopes, ct);
                    await unit.ScalarAsync<object>(
                        "SELECT pg_notify(@Channel, @Module)",
                        new { Channel, Module = module },
                        ct
                    );
                    return envelopes.Length;
                },
                ct
            );
}
