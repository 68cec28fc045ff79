using System.Globalization;
using System.Text.Json;
using Dapper;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Language;
using Sillage.Collections.Stored;
using Sillage.Schema;
using Sillage.Storage;

namespace Sillage.Collections.Records;

/// <summary>What became of a record that was put.</summary>
internal enum PutOutcome
{
    Created,
    Changed,
    Unchanged,
}

/// <summary>
/// What is done to records in one unit of work, judged by the collection as it is then: nobody changes it, or another of its records, until the unit ends.
/// </summary>
internal sealed class RecordWork
{
    private readonly IUnitOfWork _unit;
    private readonly KeepLimit _keeping;
    private readonly CancellationToken _ct;

    private RecordWork(IUnitOfWork unit, Access access, KeepLimit keeping, DateTimeOffset now, CancellationToken ct) =>
        (_unit, Access, _keeping, Now, _ct) = (unit, access, keeping, now, ct);

    public Access Access { get; }

    public DateTimeOffset Now { get; }

    public CollectionPlan Plan => Access.Known.Main;

    private long Position { get; set; }

    /// <summary>Begins to change a collection, which will have so many records more, or fewer.</summary>
    /// <exception cref="ProblemException">404: it is gone.</exception>
    public static async Task<RecordWork> BeginAsync(
        IUnitOfWork unit,
        CollectionStore store,
        FoundCollection found,
        DateTimeOffset now,
        int records,
        CancellationToken ct
    )
    {
        var position = await RecordStore.TakePositionAsync(unit, found.Plan.Key, records, ct);
        unit.OnCommitted(() => store.Wake(found.Plan.Key));
        var text = found.Plan.Text;
        var known = await store.FindAsync(unit, text.InSpace, text.Name, ct);
        return known?.Main.Key == found.Plan.Key
            ? new RecordWork(unit, new Access(known, found.Viewer, now), store.Keeping, now, ct) { Position = position }
            : throw new ProblemException(Problem.NotFound());
    }

    /// <summary>Goes on to the next change, behind which the collection has so many records more, or fewer. Each change has a place of its own.</summary>
    public async Task NextAsync(int records) =>
        Position = await RecordStore.TakePositionAsync(_unit, Plan.Key, records, _ct);

    /// <summary>The reader of what was sent.</summary>
    public RecordReader Reader(bool isXml) => new(Plan, Access.Viewer, isXml);

    /// <summary>The record with this id, which the caller may read; to all others there is none.</summary>
    public async Task<(RecordRow Row, RecordData Data)> FindAsync(Guid id, bool deleted = false) =>
        await TryFindAsync(id, deleted) ?? throw new ProblemException(Problem.NotFound());

    /// <summary>The same; null where there is none.</summary>
    public async Task<(RecordRow Row, RecordData Data)?> TryFindAsync(Guid id, bool deleted = false)
    {
        var row = await RecordRow.FindAsync(_unit, Plan.Key, id, _ct);
        var data = row?.Read(Plan);
        return
            row is not null
            && row.DeletedAt is not null == deleted
            && await Access.AllowsAsync(_unit, Deed.Read, row, data!, _ct)
            ? (row, data!)
            : null;
    }

    /// <summary>What tells of a sent record which one it is: its id, or the value of a unique field.</summary>
    /// <exception cref="ProblemException">400: there is no such field.</exception>
    public FieldPlan? KeyOf(string by) =>
        by == "id" ? null
        : Plan.Find(by) is { IsUnique: true } field && Access.Viewer.Sees(Plan, field) ? field
        : throw RecordQuery.Invalid([
            new FieldError("?by", $"'{by}' is neither id nor a unique field that you may read."),
        ]);

    /// <summary>
    /// Changes the record that has the same key as what was sent, or stores a new one; what was not sent stays. What the caller may not read is there as little as what nobody has,
    /// and then its key is taken.
    /// </summary>
    /// <param name="body">What was sent.</param>
    /// <param name="by">The unique field that is the key; null for the id.</param>
    /// <param name="isText">Whether its numbers are text.</param>
    public async Task<(RecordRow Row, RecordData Data, PutOutcome Outcome)> PutAsync(
        JsonElement body,
        FieldPlan? by,
        bool isText
    )
    {
        var id = RecordBody.IdOf(body);
        var key = by is null ? id : Reader(isText).Key(by, body);
        if (key is null)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The record is not valid; 'errors' names each field.",
                    new FieldError(JsonPointer.Member(JsonPointer.Root, by?.Name ?? "id"), "Is missing.")
                )
            );
        }

        var there = by is null ? await TryFindAsync(id!.Value) : await TryFindAsync(by, key);
        if (there is not var (row, before))
        {
            await NextAsync(1);
            var data = Reader(isText).New(body);
            return (await CreateAsync(data, id), data, PutOutcome.Created);
        }

        var after = Reader(isText).Changed(before, body);
        if (Plan.Fields.All(field => RecordData.Same(before[field], after[field])))
        {
            return (row, before, PutOutcome.Unchanged);
        }

        await NextAsync(0);
        return (await ChangeAsync(row, before, after), after, PutOutcome.Changed);
    }

    private async Task<(RecordRow Row, RecordData Data)?> TryFindAsync(FieldPlan field, object value) =>
        await RecordStore.FindUniqueAsync(_unit, field, value, _ct) is { } id ? await TryFindAsync(id) : null;

    /// <summary>Stores a new record, if the caller may.</summary>
    public async Task<RecordRow> CreateAsync(RecordData data, Guid? id)
    {
        // Who may create none at all is told so before what else is wrong.
        if (Access.RuleOf(Deed.Create) is Truth { Value: false })
        {
            throw new ProblemException(Access.Denied(Deed.Create));
        }

        await CheckAsync(data, 0, null);
        var time = Rfc3339.ToMicroseconds(Now);
        if (id is { } given && await RecordRow.FindAsync(_unit, Plan.Key, given, _ct) is not null)
        {
            throw new ProblemException(
                Problem.Conflict("There is a record with this id.", new FieldError("/id", "Is taken."))
            );
        }

        var row = new RecordRow(
            0,
            Plan.Key,
            id ?? Guid.CreateVersion7(Now),
            Access.Viewer.Id,
            Position,
            time,
            time,
            null,
            ""
        );
        row = await RecordStore.InsertAsync(_unit, row, data, _ct);
        return await Access.AllowsAsync(_unit, Deed.Create, row, data, _ct)
            ? row
            : throw new ProblemException(Access.Denied(Deed.Create));
    }

    /// <summary>Stores a change, if the caller may make it of the record before and after.</summary>
    public async Task<RecordRow> ChangeAsync(RecordRow row, RecordData before, RecordData after)
    {
        await DemandAsync(Deed.Update, row, before);
        await CheckAsync(after, row.Key, before);
        if (RecordStore.Keeps(Plan) && _keeping.Refuse(Access.Viewer.Id, row.Length) is { } refusal)
        {
            throw new ProblemException(refusal);
        }

        var changed = await SaveAsync(row, before, after, null);
        await DemandAsync(Deed.Update, changed, after);
        return changed;
    }

    /// <summary>Deletes a record, or restores one, if the caller may delete it.</summary>
    public async Task<RecordRow> DeleteAsync(RecordRow row, RecordData data, DateTimeOffset? deletedAt)
    {
        await DemandAsync(Deed.Delete, row, data);
        if (deletedAt is null)
        {
            await CheckAsync(data, row.Key, data);
        }

        return await SaveAsync(row, data, data, deletedAt);
    }

    private Task<RecordRow> SaveAsync(RecordRow row, RecordData before, RecordData after, DateTimeOffset? deletedAt) =>
        RecordStore.UpdateAsync(
            _unit,
            row,
            before,
            row with
            {
                Position = Position,
                // Never before what was: a clock may be set back.
                UpdatedAt = Math.Max(row.UpdatedAt, Rfc3339.ToMicroseconds(Now)),
                DeletedAt = deletedAt,
            },
            after,
            Access.Viewer.Id,
            _ct
        );

    private async Task DemandAsync(Deed deed, RecordRow row, RecordData data)
    {
        if (!await Access.AllowsAsync(_unit, deed, row, data, _ct))
        {
            throw new ProblemException(Access.Denied(deed));
        }
    }

    private async Task CheckAsync(RecordData data, long record, RecordData? before)
    {
        var taken = await RecordStore.FindTakenAsync(_unit, data, record, _ct);
        if (taken.Count > 0)
        {
            throw new ProblemException(
                Problem.Conflict(
                    "Another record has the same value.",
                    [.. taken.Select(f => new FieldError(JsonPointer.Member(JsonPointer.Root, f.Name), "Is taken."))]
                )
            );
        }

        var errors = new List<FieldError>();
        foreach (var field in data.Plan.Fields.Where(f => f.Sort == Sort.Id && !RecordData.Same(before?[f], data[f])))
        {
            var wanted = RecordStore.Targets(data[field]).ToList();
            if (wanted.Count > 0 && await CountReadableAsync(field, wanted) < wanted.Count)
            {
                errors.Add(
                    new FieldError(
                        JsonPointer.Member(JsonPointer.Root, field.Name),
                        $"There is no such record in '{field.Field.To}' that you may read."
                    )
                );
            }
        }

        if (errors.Count > 0)
        {
            throw new ProblemException(Problem.BadRequest("The record refers to what is not there.", errors));
        }
    }

    private async Task<long> CountReadableAsync(FieldPlan field, IEnumerable<Guid> ids)
    {
        if (Access.Known.Target(field) is not { } target)
        {
            return 0;
        }

        var parameters = new DynamicParameters();
        parameters.Add("Ids", new IdList(ids));
        var rule = new SqlWriter(_unit.Dialect, Access.Interpreter, parameters).Write(Access.RuleOf(Deed.Read, target));
        var where =
            $"r.collection = {target.Key.ToString(CultureInfo.InvariantCulture)} AND r.deleted_at IS NULL AND {rule}";
        return await _unit.ScalarAsync<long>(
            new Sql(
                $"SELECT COUNT(*) FROM record r WHERE {where} AND r.id IN @Ids",
                $"SELECT COUNT(*) FROM record r WHERE {where} AND r.id = ANY(@Ids)"
            ),
            parameters,
            _ct
        );
    }
}
