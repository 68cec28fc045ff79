using Dapper;
using Npgsql;
using Sillage.Storage.Events;
using Sillage.Storage.Mapping;
using Sillage.Storage.Work;

namespace Sillage.Storage.Postgres;

/// <summary>One unit of work, which is one transaction.</summary>
internal sealed class PostgresUnit(SchemaLease lease, NpgsqlTransaction transaction, UnitRecorder recorder)
    : PostgresReader(lease, transaction),
        IUnitOfWork
{
    private readonly UnitRecorder _recorder = recorder;
    private readonly List<Action> _committed = [];

    public IReadOnlyList<Action> Committed => _committed;

    public Task<int> ExecuteAsync(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        RunAsync(sql, parameters, static (connection, command) => connection.ExecuteAsync(command), ct);

    public Task<int> ExecuteEachAsync(Sql sql, IReadOnlyCollection<object> rows, CancellationToken ct = default) =>
        rows.Count == 0 ? Task.FromResult(0) : ExecuteAsync(sql, new PostgresColumns(rows), ct);

    public Task PublishAsync<TEvent>(TEvent domainEvent, CancellationToken ct = default)
        where TEvent : IEvent => _recorder.PublishAsync(this, [domainEvent], ct);

    public Task PublishAllAsync<TEvent>(IReadOnlyCollection<TEvent> domainEvents, CancellationToken ct = default)
        where TEvent : IEvent => _recorder.PublishAsync(this, domainEvents, ct);

    public Task EnqueueAsync<TJob>(TJob job, DateTimeOffset? dueAt = null, CancellationToken ct = default)
        where TJob : IJob => _recorder.EnqueueAsync(this, job, dueAt, ct);

    public Task AuditAsync(AuditEntry entry, CancellationToken ct = default) => _recorder.AuditAsync(this, entry, ct);

    public void OnCommitted(Action action) => _committed.Add(action);
}
