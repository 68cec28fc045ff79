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

    private static readonly Sql InsertEvents = new(
        $"""
        INSERT INTO sillage_outbox ({EventColumns})
        VALUES (@Id, @Name, @Version, @Key, @OccurredAt, @Payload, @TraceParent)
        """,
        $"""
        INSERT INTO sillage_outbox ({EventColumns})
        SELECT {EventColumns}
        FROM unnest(@Id, @Name, @Version, @Key, @OccurredAt, @Payload, @TraceParent) WITH ORDINALITY AS e({EventColumns}, place)
        ORDER BY place
        """
    );

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
            Version = (long)TEvent.Version,
            domainEvent.Key,
            OccurredAt = now,
            Payload = JsonSerializer.Serialize(domainEvent, EventJson.Options),
            TraceParent = Activity.Current?.Id,
        });
        await unit.ExecuteEachAsync(InsertEvents, [.. rows], ct);

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
