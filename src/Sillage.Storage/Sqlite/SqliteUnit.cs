using Dapper;
using Sillage.Storage.Events;

namespace Sillage.Storage.Sqlite;

/// <summary>One unit of work on the writer's connection.</summary>
internal sealed class SqliteUnit(SqliteSession session, UnitRecorder recorder) : SqliteReader(session), IUnitOfWork
{
    private readonly UnitRecorder _recorder = recorder;
    private List<Action>? _committed;

    public IReadOnlyList<Action> Committed => (IReadOnlyList<Action>?)_committed ?? [];

    public Task<int> ExecuteAsync(Sql sql, object? parameters = null, CancellationToken cancellationToken = default) =>
        Run(sql, parameters, static (connection, command) => connection.Execute(command), cancellationToken);

    public Task PublishAsync<TEvent>(TEvent domainEvent, CancellationToken cancellationToken = default)
        where TEvent : IEvent => _recorder.PublishAsync(this, domainEvent, cancellationToken);

    public Task AuditAsync(AuditEntry entry, CancellationToken cancellationToken = default) =>
        _recorder.AuditAsync(this, entry, cancellationToken);

    public void OnCommitted(Action action) => (_committed ??= []).Add(action);
}
