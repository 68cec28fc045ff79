using Dapper;
using Npgsql;
using Sillage.Storage.Events;

namespace Sillage.Storage.Postgres;

/// <summary>One unit of work, which is one transaction.</summary>
internal sealed class PostgresUnit(NpgsqlConnection connection, NpgsqlTransaction transaction, UnitRecorder recorder)
    : PostgresReader(connection, transaction),
        IUnitOfWork
{
    private readonly UnitRecorder _recorder = recorder;
    private readonly List<Action> _committed = [];

    public IReadOnlyList<Action> Committed => _committed;

    public Task<int> ExecuteAsync(Sql sql, object? parameters = null, CancellationToken cancellationToken = default) =>
        RunAsync(sql, parameters, static (connection, command) => connection.ExecuteAsync(command), cancellationToken);

    public Task PublishAsync<TEvent>(TEvent domainEvent, CancellationToken cancellationToken = default)
        where TEvent : IEvent => _recorder.PublishAsync(this, domainEvent, cancellationToken);

    public Task AuditAsync(AuditEntry entry, CancellationToken cancellationToken = default) =>
        _recorder.AuditAsync(this, entry, cancellationToken);

    public void OnCommitted(Action action) => _committed.Add(action);
}
