using Sillage.Schema;
using Sillage.Storage;
using Sillage.Storage.Sqlite;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Intake;

/// <summary>Intake on SQLite: prepared statements, bound to the bytes that came.</summary>
internal sealed class SqliteIntake
{
    private const string ReadVersion = "SELECT version FROM study WHERE key = ?1";

    private const string ReadPosition = "SELECT last FROM trace_position";

    private const string WritePosition = "UPDATE trace_position SET last = ?1";

    private const string InsertTrace = """
        INSERT INTO trace (position, study, id, participant, timestamp, time, received_at, session, sequence, name, data, sender)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (study, id) DO NOTHING
        """;

    private const string ReadTrace =
        "SELECT participant, time, session, sequence, name, data FROM trace WHERE study = ?1 AND id = ?2";

    private readonly IUnitOfWork _unit;
    private readonly Dictionary<long, long?> _versions = [];
    private readonly long _first;
    private long _last;

    public SqliteIntake(IUnitOfWork unit)
    {
        _unit = unit;
        var read = unit.Prepare(ReadPosition);
        read.Step();
        _first = _last = read.GetInt64(0);
        read.Reset();
    }

    /// <summary>Whether the study is still what it was when the batch was checked.</summary>
    public bool IsCurrent(Study study)
    {
        if (!_versions.TryGetValue(study.Key, out var version))
        {
            var read = _unit.Prepare(ReadVersion).Bind(1, study.Key);
            version = read.Step() ? read.GetInt64(0) : null;
            read.Reset();
            _versions[study.Key] = version;
        }

        return version == study.Version;
    }

    public IntakeStore.Fate[] Insert(IntakeBatch batch)
    {
        var traces = batch.Parsed.Traces;
        var fates = new IntakeStore.Fate[traces.Count];
        var receivedAt = Rfc3339.ToMicroseconds(batch.ReceivedAt);
        var insert = _unit.Prepare(InsertTrace);
        for (var i = 0; i < fates.Length; i++)
        {
            var trace = traces[i];
            Bind(insert, batch, trace, receivedAt);
            if (insert.Run() > 0)
            {
                _last++;
            }
            else
            {
                fates[i] = IsStored(batch, trace) ? IntakeStore.Fate.Known : IntakeStore.Fate.Conflict;
                insert = _unit.Prepare(InsertTrace);
            }
        }

        return fates;
    }

    /// <summary>Writes down the last position given out, once for the whole unit.</summary>
    public void KeepPosition()
    {
        if (_last > _first)
        {
            _unit.Prepare(WritePosition).Bind(1, _last).Run();
        }
    }

    private void Bind(SqliteStatement insert, IntakeBatch batch, in ParsedTrace trace, long receivedAt)
    {
        var source = batch.Parsed.Source;
        insert.Bind(1, _last + 1).Bind(2, batch.Study.Key).Bind(3, trace.Id).Bind(4, trace.Participant);
        insert.BindText(5, source.Of(trace.Timestamp)).Bind(6, trace.Time).Bind(7, receivedAt);
        _ = trace.Session.IsNone ? insert.BindNull(8) : insert.BindText(8, source.Of(trace.Session));
        _ = trace.Sequence is { } sequence ? insert.Bind(9, sequence) : insert.BindNull(9);
        insert.BindText(10, source.Of(trace.Name)).BindText(11, source.Of(trace.Data));
        _ = batch.NamesSender(trace.Participant) ? insert.Bind(12, batch.Account) : insert.BindNull(12);
    }

    private bool IsStored(IntakeBatch batch, in ParsedTrace trace)
    {
        var read = _unit.Prepare(ReadTrace).Bind(1, batch.Study.Key).Bind(2, trace.Id);
        read.Step();
        var stored = new StoredTrace(
            read.IsNull(0) ? null : read.GetInt64(0),
            read.GetInt64(1),
            read.IsNull(2) ? null : read.GetBytes(2).ToArray(),
            read.IsNull(3) ? null : read.GetInt64(3),
            read.GetBytes(4).ToArray(),
            read.GetBytes(5).ToArray()
        );
        read.Reset();
        return stored.IsSameAs(trace, batch.Parsed.Source);
    }
}
