using System.Buffers;
using System.Data.Common;
using System.Text;
using Npgsql;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Storage;
using Sillage.Storage.Sqlite;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Query;

/// <summary>
/// Goes through a study's traces in chunks, each a snapshot of its own. One index carries the whole way, and what it does
/// not cover is checked row by row, so that a chunk costs by its rows and not by the table (see
/// <c>docs/adr/0034-one-index-a-query.md</c>). Fields that are marked for it are masked or left out here, in one place for
/// all readers, unless the filter asks for them in the clear.
/// </summary>
internal sealed class TraceScan
{
    private readonly TraceFilter _filter;
    private readonly TraceWay _way;
    private readonly bool _isBackwards;
    private readonly long _floor;
    private readonly ArrayBufferWriter<byte> _masked = new();

    private TraceScan(
        Study study,
        TraceFilter filter,
        long floor,
        long ceiling,
        bool inOrderOfStorage,
        bool isBackwards
    )
    {
        _isBackwards = isBackwards;
        (Study, _filter, _floor, Ceiling) = (study, filter, floor, ceiling);
        _way = filter switch
        {
            _ when inOrderOfStorage => TraceWay.Study,
            { Session: not null } => TraceWay.Session,
            { Participant: not null } => TraceWay.Participant,
            { From: not null } or { To: not null } => TraceWay.Time,
            { Name: not null } => TraceWay.Name,
            _ => TraceWay.Study,
        };
        (Position, Time) = isBackwards ? (long.MaxValue, long.MaxValue) : (floor, long.MinValue);
    }

    /// <summary>The study as it is known now; it tells the pseudonyms where storage need not be asked for them.</summary>
    public Study Study { get; set; }

    /// <summary>Where the scan stands: the position of the last row seen.</summary>
    public long Position { get; private set; }

    /// <summary>Where the scan stands, if it goes by time.</summary>
    public long Time { get; private set; }

    /// <summary>The last position that counts.</summary>
    public long Ceiling { get; set; }

    /// <summary>Whether there is nothing more up to the ceiling.</summary>
    public bool IsAtEnd { get; private set; }

    private const string PositionOf = "SELECT position FROM trace WHERE study = @Study AND id = @Id";

    /// <summary>Starts after the filter's <c>after</c>.</summary>
    /// <param name="database">The module's database.</param>
    /// <param name="study">The study.</param>
    /// <param name="filter">What is wanted.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="inOrderOfStorage">For the live view, which reads what is new and checks every row of it.</param>
    /// <param name="isBackwards">Whether the newest comes first.</param>
    /// <exception cref="ProblemException">400: there is no such trace.</exception>
    public static async Task<TraceScan> StartAsync(
        IDatabase<TracesData> database,
        Study study,
        TraceFilter filter,
        CancellationToken ct,
        bool inOrderOfStorage = false,
        bool isBackwards = false
    )
    {
        var floor = 0L;
        if (filter.After is { } id)
        {
            floor =
                await database.ReadAsync(
                    r => r.ScalarAsync<long?>(PositionOf, new { Study = study.Key, Id = id }, ct),
                    ct
                )
                ?? throw new ProblemException(
                    Problem.BadRequest(
                        "The filter is not valid.",
                        new FieldError("?after", "The id of a trace of this study.")
                    )
                );
        }

        return new TraceScan(study, filter, floor, long.MaxValue, inOrderOfStorage, isBackwards);
    }

    /// <summary>Goes on where an earlier scan of the same filter stood.</summary>
    public void Resume(long time, long position)
    {
        Position = _isBackwards ? position : Math.Max(position, _way == TraceWay.Time ? long.MinValue : _floor);
        Time = time;
    }

    /// <summary>Reads on until the sink is full or <paramref name="rows"/> rows were looked at.</summary>
    /// <returns>How many rows were looked at.</returns>
    public async Task<int> ReadAsync(IReader reader, int rows, TraceSink sink, CancellationToken ct)
    {
        var (seen, full) =
            reader.Dialect == SqlDialect.Sqlite
                ? ReadSqlite(reader, rows, sink)
                : await ReadPostgresAsync(reader, rows, sink, ct);
        IsAtEnd = !full && seen < rows;
        return seen;
    }

    /// <summary>
    /// After what a time window goes on: one bound that holds both where it begins and what was seen. Of two bounds SQLite
    /// takes one for the index, and walked from the study's first trace to the window's if that was the wrong one.
    /// </summary>
    private (long Time, long Position) TimeBound =>
        _isBackwards
            // The first moment that is too late, of which nothing is taken; or what was seen last.
            ? _filter.To is { } to && to <= Time
                ? (to, long.MinValue)
                : (Time, Position)
            : _filter.From is not { } from || Time >= from
                ? (Time, Position)
                // The first moment of the calendar is one of PostgreSQL's infinities (see Moment), before which there is nothing.
                : from <= Rfc3339.ToMicroseconds(DateTimeOffset.MinValue)
                    ? (long.MinValue, long.MinValue)
                    : (from - 1, long.MaxValue);

    private bool Give(in TraceRow row, TraceSink sink)
    {
        (Position, Time) = (row.Position, row.Time);
        if (!_filter.Matches(row))
        {
            return true;
        }

        if (Study.Mask is not { } mask || _filter.InClear)
        {
            return sink(row);
        }

        var masked = row;
        masked.Data = mask.Apply(row.Data, row.Whose, _masked);
        return sink(masked);
    }

    private (int Seen, bool Full) ReadSqlite(IReader reader, int rows, TraceSink sink)
    {
        var select = reader
            .Prepare(TraceTexts.Sqlite(_way, _isBackwards))
            .Bind(1, Study.Key)
            .Bind(2, Position)
            .Bind(3, _isBackwards ? _floor : Ceiling)
            .Bind(4, rows);
        switch (_way)
        {
            case TraceWay.Participant:
                select.Bind(5, _filter.Participant!.Value);
                break;
            case TraceWay.Session:
                select.BindText(5, _filter.Session);
                break;
            case TraceWay.Name:
                select.BindText(5, _filter.Name);
                break;
            case TraceWay.Time:
                var (moment, last) = TimeBound;
                select
                    .Bind(2, last)
                    .Bind(5, moment)
                    .Bind(6, _isBackwards ? _filter.From ?? long.MinValue : _filter.To ?? long.MaxValue)
                    .Bind(7, _floor);
                break;
            default:
                break;
        }

        var seen = 0;
        var full = false;
        while (!full && select.Step())
        {
            seen++;
            full = !Give(
                new TraceRow
                {
                    Position = select.GetInt64(0),
                    Id = select.GetGuid(1),
                    Participant = select.IsNull(2) ? null : select.GetInt64(2),
                    // One process owns the file: what it has in memory is what is stored.
                    Pseudonym = select.IsNull(2) ? null : Study.PseudonymByNumber.GetValueOrDefault(select.GetInt64(2)),
                    Timestamp = select.GetBytes(3),
                    Time = select.GetInt64(4),
                    ReceivedAt = select.GetInt64(5),
                    Session = select.IsNull(6) ? default : select.GetBytes(6),
                    Sequence = select.IsNull(7) ? null : select.GetInt64(7),
                    Name = select.GetBytes(8),
                    Data = select.GetBytes(9),
                    Sender = select.IsNull(10) ? null : select.GetGuid(10),
                },
                sink
            );
        }

        select.Reset();
        return (seen, full);
    }

    private async Task<(int Seen, bool Full)> ReadPostgresAsync(
        IReader reader,
        int rows,
        TraceSink sink,
        CancellationToken ct
    )
    {
#pragma warning disable CA2100 // One of the constant texts above.
        await using var command = new NpgsqlCommand(
            TraceTexts.Postgres(_way, _isBackwards),
            (NpgsqlConnection)await reader.ConnectionAsync(ct),
            (NpgsqlTransaction?)reader.Transaction
        );
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<long>("Study", Study.Key));
        command.Parameters.Add(
            new NpgsqlParameter<long>("Position", _way == TraceWay.Time ? TimeBound.Position : Position)
        );
        if (_isBackwards)
        {
            command.Parameters.Add(new NpgsqlParameter<long>("Floor", _floor));
        }
        else
        {
            command.Parameters.Add(new NpgsqlParameter<long>("Ceiling", Ceiling));
        }

        command.Parameters.Add(new NpgsqlParameter<long>("Rows", rows));
        AddParameters(command.Parameters);
        await using var found = await command.ExecuteReaderAsync(ct);
        var seen = 0;
        var full = false;
        while (!full && await found.ReadAsync(ct))
        {
            seen++;
            full = !Give(found, sink);
        }

        return (seen, full);
    }

    private void AddParameters(NpgsqlParameterCollection parameters)
    {
        switch (_way)
        {
            case TraceWay.Participant:
                parameters.Add(new NpgsqlParameter<long>("Value", _filter.Participant!.Value));
                break;
            case TraceWay.Session:
                parameters.Add(new NpgsqlParameter<string>("Value", Encoding.UTF8.GetString(_filter.Session!)));
                break;
            case TraceWay.Name:
                parameters.Add(new NpgsqlParameter<string>("Value", Encoding.UTF8.GetString(_filter.Name!)));
                break;
            case TraceWay.Time:
                parameters.Add(Moment("Time", TimeBound.Time));
                if (_isBackwards)
                {
                    parameters.Add(Moment("From", _filter.From ?? long.MinValue));
                }
                else
                {
                    parameters.Add(Moment("To", _filter.To ?? long.MaxValue));
                    parameters.Add(new NpgsqlParameter<long>("Floor", _floor));
                }

                break;
            default:
                break;
        }
    }

    // Outside of what a timestamp can say lies infinity, which Npgsql makes of the extremes of DateTime.
    private static NpgsqlParameter<DateTime> Moment(string name, long microseconds) =>
        new(
            name,
            microseconds switch
            {
                long.MinValue => DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc),
                long.MaxValue => DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc),
                _ => Rfc3339.ToTime(microseconds).UtcDateTime,
            }
        )
        {
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
        };

    private bool Give(DbDataReader found, TraceSink sink) =>
        Give(
            new TraceRow
            {
                Position = found.GetInt64(0),
                Id = found.GetGuid(1),
                Participant = found.IsDBNull(2) ? null : found.GetInt64(2),
                Timestamp = found.GetFieldValue<byte[]>(3),
                Time = Rfc3339.ToMicroseconds(found.GetFieldValue<DateTimeOffset>(4)),
                ReceivedAt = Rfc3339.ToMicroseconds(found.GetFieldValue<DateTimeOffset>(5)),
                Session = found.IsDBNull(6) ? default : found.GetFieldValue<byte[]>(6),
                Sequence = found.IsDBNull(7) ? null : found.GetInt64(7),
                Name = found.GetFieldValue<byte[]>(8),
                Data = found.GetFieldValue<byte[]>(9),
                Sender = found.IsDBNull(10) ? null : found.GetGuid(10),
                Pseudonym = found.IsDBNull(11) ? null : found.GetString(11),
            },
            sink
        );
}
