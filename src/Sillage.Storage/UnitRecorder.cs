using System.Diagnostics;
using System.Text.Json;
using Sillage.Storage.Events;

namespace Sillage.Storage;

/// <summary>What a unit writes beside its own statements: events into the outbox, rows into the audit trail.</summary>
internal sealed class UnitRecorder(TimeProvider clock, Action wakeDispatcher)
{
    private const string InsertEvent = """
        INSERT INTO sillage_outbox (id, name, occurred_at, payload, trace_parent)
        VALUES (@Id, @Name, @OccurredAt, @Payload, @TraceParent)
        """;

    private const string InsertAudit = """
        INSERT INTO sillage_audit (id, at, action, actor, subject, details)
        VALUES (@Id, @At, @Action, @Actor, @Subject, @Details)
        """;

    private readonly TimeProvider _clock = clock;
    private readonly Action _wakeDispatcher = wakeDispatcher;

    public async Task PublishAsync<TEvent>(IUnitOfWork unit, TEvent domainEvent, CancellationToken cancellationToken)
        where TEvent : IEvent
    {
        var now = _clock.GetUtcNow();
        await unit.ExecuteAsync(
            InsertEvent,
            new
            {
                Id = Guid.CreateVersion7(now),
                Name = TEvent.EventName,
                OccurredAt = now,
                Payload = JsonSerializer.Serialize(domainEvent, JsonSerializerOptions.Web),
                TraceParent = Activity.Current?.Id,
            },
            cancellationToken
        );
        unit.OnCommitted(_wakeDispatcher);
    }

    public Task AuditAsync(IUnitOfWork unit, AuditEntry entry, CancellationToken cancellationToken)
    {
        var now = _clock.GetUtcNow();
        return unit.ExecuteAsync(
            InsertAudit,
            new
            {
                Id = Guid.CreateVersion7(now),
                At = now,
                entry.Action,
                entry.Actor,
                entry.Subject,
                entry.Details,
            },
            cancellationToken
        );
    }
}
