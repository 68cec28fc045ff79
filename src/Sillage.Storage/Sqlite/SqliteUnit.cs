using Dapper;
using Sillage.Storage.Events;
using Sillage.Storage.Work;

namespace Sillage.Storage.Sqlite;

/// <summary>One unit of work on the writer's connection.</summary>
internal sealed class SqliteUnit(SqliteSession session, UnitRecorder recorder) : SqliteReader(session), IUnitOfWork
{
    private readonly UnitRecorder _recorder = recorder;
    private List<Action>? _committed;

    public IReadOnlyList<Action> Committed => (IReadOnlyList<Action>?)_committed ?? [];

    public Task<int> ExecuteAsync(Sql sql, object? parameters = null, CancellationToken ct = default) =>
        Run(sql, parameters, static (connection, command) => connection.Execute(command), ct);

    public Task<int> ExecuteEachAsync(Sql sql, IReadOnlyCollection<object> rows, CancellationToken ct = default) =>
        rows.Count == 0 ? Task.FromResult(0) : ExecuteAsync(sql, rows, ct);

    public Task PublishAsync<TEvent>(TEvent domainEvent, CancellationToken ct = default)
        where TEvent : IEvent => _recorder.PublishAsync(this, [domainEvent], ct);

    public Task PublishAllAsync<TEvent>(IReadOnlyCollection<TEvent> domainEvents, CancellationToken ct = default)
        where TEvent : IEvent => _recorder.PublishAsync(this, domainEvents, ct);

    public Task EnqueueAsync<TJob>(TJob job, DateTimeOffset? dueAt = null, CancellationToken ct = default)
        where TJob : IJob => _recorder.EnqueueAsync(this, job, dueAt, ct);

    public Task AuditAsync(AuditEntry entry, CancellationToken ct = default) => _recorder.AuditAsync(this, entry, ct);

    public void OnCommitted(Action action) => (_committed ??= []).Add(action);
}
