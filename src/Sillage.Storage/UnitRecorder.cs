using System.Diagnostics;
using System.Text.Json;
using Sillage.Storage.Events;
using Sillage.Storage.Mapping;
using Sillage.Storage.Work;

namespace Sillage.Storage;

/// <summary>What a unit writes beside its own statements: events into the outbox, jobs, rows into the audit trail.</summary>
internal sealed class UnitRecorder(TimeProvider clock, Action wakeDispatcher, Action wakeWork)
{
    private const string EventColumns = "id, name, version, key, occurred_at, payload, trace_parent";

    private const string InsertEvent = $"""
        INSERT INTO sillage_outbox ({EventColumns})
        VALUES (@Id, @Name, @Version, @Key, @OccurredAt, @Payload, @TraceParent)
        """;

    // One statement, however many: each would be a way to the engine and back.
    private static readonly string InsertEventsOnPostgres = $"""
        INSERT INTO sillage_outbox ({EventColumns})
        SELECT e.id, e.name, e.version, e.key, e.occurred_at, e.payload, e.trace_parent
        FROM {PostgresRows.From("@Rows", EventColumns)} ORDER BY e.place
        """;

    private const string InsertAudit = """
        INSERT INTO sillage_audit (id, at, action, actor, subject, details)
        VALUES (@Id, @At, @Action, @Actor, @Subject, @Details)
        """;

    private readonly TimeProvider _clock = clock;
    private readonly Action _wakeDispatcher = wakeDispatcher;
    private readonly Action _wakeWork = wakeWork;

    public async Task PublishAsync<TEvent>(
        IUnitOfWork unit,
        IReadOnlyCollection<TEvent> domainEvents,
        CancellationToken ct
    )
        where TEvent : IEvent
    {
        var now = _clock.GetUtcNow();
        var rows = domainEvents.Select(domainEvent => new
        {
            Id = Guid.CreateVersion7(now),
            Name = TEvent.EventName,
            TEvent.Version,
            domainEvent.Key,
            OccurredAt = now,
            Payload = JsonSerializer.Serialize(domainEvent, EventJson.Options),
            TraceParent = Activity.Current?.Id,
        });
        if (unit.Dialect == SqlDialect.Postgres && domainEvents.Count > 1)
        {
            await unit.ExecuteAsync(InsertEventsOnPostgres, new { Rows = PostgresRows.Write(rows) }, ct);
        }
        else
        {
            foreach (var row in rows)
            {
                await unit.ExecuteAsync(InsertEvent, row, ct);
            }
        }

        unit.OnCommitted(_wakeDispatcher);
    }

    public async Task EnqueueAsync<TJob>(IUnitOfWork unit, TJob job, DateTimeOffset? dueAt, CancellationToken ct)
        where TJob : IJob
    {
        await JobStore.AddAsync(unit, job, _clock.GetUtcNow(), dueAt, ct);
        unit.OnCommitted(_wakeWork);
    }

    public Task AuditAsync(IUnitOfWork unit, AuditEntry entry, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        return unit.ExecuteAsync(
            InsertAudit,
            new
            {
                Id = entry.IsOfTheDay ? Coarse.IdWithin(now) : Guid.CreateVersion7(now),
                At = entry.IsOfTheDay ? Coarse.DayOf(now) : now,
                entry.Action,
                entry.Actor,
                entry.Subject,
                entry.Details,
            },
            ct
        );
    }
}
