using Sillage.Collections.Declared;
using Sillage.Storage;

namespace Sillage.Collections.Stored;

/// <summary>Writes records, with all that is found by their values.</summary>
internal static class RecordStore
{
    // Whoever takes a place holds it until the commit, so that places become visible in their order.
    private const string TakePosition = """
        UPDATE collection_count SET position = position + 1, records = records + @Records WHERE collection = @Collection
        RETURNING position
        """;

    private static readonly Sql Insert = new(
        """
        INSERT INTO record (collection, id, owner, position, created_at, updated_at, deleted_at, data)
        VALUES (@Collection, @Id, @Owner, @Position, @CreatedAt, @UpdatedAt, NULL, @Data) RETURNING key
        """,
        """
        INSERT INTO record (collection, id, owner, position, created_at, updated_at, deleted_at, data)
        VALUES (@Collection, @Id, @Owner, @Position, @CreatedAt, @UpdatedAt, NULL, CAST(@Data AS jsonb)) RETURNING key
        """
    );

    private static readonly Sql Update = new(
        """
        UPDATE record SET position = @Position, updated_at = @UpdatedAt, deleted_at = @DeletedAt, data = @Data
        WHERE key = @Key
        """,
        """
        UPDATE record SET position = @Position, updated_at = @UpdatedAt, deleted_at = @DeletedAt, data = CAST(@Data AS jsonb)
        WHERE key = @Key
        """
    );

    private static readonly Sql InsertHistory = new(
        """
        INSERT INTO record_history (record, position, at, actor, action, data)
        VALUES (@Record, @Position, @At, @Actor, @Action, @Data)
        """,
        """
        INSERT INTO record_history (record, position, at, actor, action, data)
        VALUES (@Record, @Position, @At, @Actor, @Action, CAST(@Data AS jsonb))
        """
    );

    private static readonly Sql InsertBefore = new(
        """
        INSERT INTO record_before (record, position, at, updated_at, data) VALUES (@Record, @Position, @At, @UpdatedAt, @Data)
        """,
        """
        INSERT INTO record_before (record, position, at, updated_at, data)
        VALUES (@Record, @Position, @At, @UpdatedAt, CAST(@Data AS jsonb))
        """
    );

    /// <summary>Removes what is older than any cursor.</summary>
    public const string DeleteBefore = """
        DELETE FROM record_before WHERE (record, position) IN (
          SELECT record, position FROM record_before WHERE at < @Before ORDER BY at LIMIT @Limit)
        """;

    private const string InsertLink =
        "INSERT INTO record_link (field, record, target) VALUES (@Field, @Record, @Target)";

    private const string DeleteLinks = "DELETE FROM record_link WHERE field = @Field AND record = @Record";

    private const string InsertUnique =
        "INSERT INTO value_unique (field, value, record) VALUES (@Field, @Value, @Record)";

    private const string DeleteUnique =
        "DELETE FROM value_unique WHERE field = @Field AND value = @Value AND record = @Record";

    private const string FindUnique = "SELECT record FROM value_unique WHERE field = @Field AND value = @Value";

    private const string FindUniqueId =
        "SELECT r.id FROM value_unique u JOIN record r ON r.key = u.record WHERE u.field = @Field AND u.value = @Value";

    /// <summary>The place of the next change of a collection, which is held by this unit until it ends; the collection has so many records more then, or fewer.</summary>
    public static Task<long> TakePositionAsync(IUnitOfWork unit, long collection, int records, CancellationToken ct) =>
        unit.ScalarAsync<long>(TakePosition, new { Collection = collection, Records = (long)records }, ct);

    /// <summary>Stores a new record.</summary>
    /// <returns>The record with its key.</returns>
    public static async Task<RecordRow> InsertAsync(
        IUnitOfWork unit,
        RecordRow row,
        RecordData data,
        CancellationToken ct
    )
    {
        var stored = row with { Data = data.Write() };
        stored = stored with { Key = await unit.ScalarAsync<long>(Insert, stored, ct) };
        var writes = new Together(unit);
        Index(writes, stored.Key, null, data);
        Link(writes, stored.Key, null, data);
        Remember(writes, data.Plan, stored, row.Owner, "created");
        await writes.RunAsync(ct);
        return stored;
    }

    /// <summary>Stores a change, a deletion or a restoration.</summary>
    public static async Task<RecordRow> UpdateAsync(
        IUnitOfWork unit,
        RecordRow before,
        RecordData? dataBefore,
        RecordRow after,
        RecordData data,
        Guid? actor,
        CancellationToken ct
    )
    {
        var stored = after with { Data = data.Write() };
        var writes = new Together(unit);
        writes.Add(Update, stored);
        Index(writes, stored.Key, before.DeletedAt is null ? dataBefore : null, after.DeletedAt is null ? data : null);
        Link(writes, stored.Key, dataBefore, data);
        var action =
            before.DeletedAt is null == after.DeletedAt is null ? "changed"
            : after.DeletedAt is null ? "restored"
            : "deleted";
        Remember(writes, data.Plan, stored, actor, action);
        if (action == "changed" && KeepsBefore(data.Plan))
        {
            var was = new
            {
                Record = stored.Key,
                stored.Position,
                At = Sillage.Schema.Rfc3339.ToTime(stored.UpdatedAt),
                before.UpdatedAt,
                before.Data,
            };
            writes.Add(InsertBefore, was);
        }

        await writes.RunAsync(ct);
        return stored;
    }

    /// <summary>Whether a change leaves what the record was.</summary>
    public static bool Keeps(CollectionPlan plan) => plan.Text.History is true || KeepsBefore(plan);

    private static bool KeepsBefore(CollectionPlan plan) => plan.Rules.Read is not (null or "true");

    /// <summary>The fields whose values another record has already.</summary>
    public static async Task<IReadOnlyList<FieldPlan>> FindTakenAsync(
        IReader reader,
        RecordData data,
        long record,
        CancellationToken ct
    )
    {
        var taken = new List<FieldPlan>();
        foreach (var field in data.Plan.Fields)
        {
            if (field.IsUnique && data[field] is { } value)
            {
                var parameters = new { Field = field.Slot, Value = RecordData.TextOf(value) };
                if (await reader.ScalarAsync<long?>(FindUnique, parameters, ct) is { } other && other != record)
                {
                    taken.Add(field);
                }
            }
        }

        return taken;
    }

    /// <summary>The id of the record of which a unique field has this value; null where none has.</summary>
    public static Task<Guid?> FindUniqueAsync(IReader reader, FieldPlan field, object value, CancellationToken ct) =>
        reader.ScalarAsync<Guid?>(FindUniqueId, new { Field = field.Slot, Value = RecordData.TextOf(value) }, ct);

    /// <summary>Brings what a record is found by from one state to another; null is a record that is not found at all.</summary>
    public static Task IndexAsync(
        IUnitOfWork unit,
        long record,
        RecordData? before,
        RecordData? after,
        CancellationToken ct
    )
    {
        var writes = new Together(unit);
        Index(writes, record, before, after);
        return writes.RunAsync(ct);
    }

    private static void Index(Together writes, long record, RecordData? before, RecordData? after)
    {
        RecordText.Change(writes, record, before, after);
        foreach (var field in (after ?? before)?.Plan.Fields ?? [])
        {
            var (was, becomes) = (before?[field], after?[field]);
            if (field.IsIndexed && !(before is not null && after is not null && RecordData.Same(was, becomes)))
            {
                var table = ValueTable.Of(field);
                if (before is not null)
                {
                    writes.Add(table.Delete, table.Row(field, was, record));
                }

                if (after is not null)
                {
                    writes.Add(table.Insert, table.Row(field, becomes, record));
                }
            }

            if (field.IsUnique && !RecordData.Same(was, becomes))
            {
                if (was is not null)
                {
                    writes.Add(DeleteUnique, UniqueRow(field, was, record));
                }

                if (becomes is not null)
                {
                    writes.Add(InsertUnique, UniqueRow(field, becomes, record));
                }
            }
        }
    }

    private static object UniqueRow(FieldPlan field, object value, long record) =>
        new
        {
            Field = field.Slot,
            Value = RecordData.TextOf(value),
            Record = record,
        };

    private static void Link(Together writes, long record, RecordData? before, RecordData after)
    {
        foreach (var field in after.Plan.Fields)
        {
            if (field.Sort != Sort.Id || RecordData.Same(before?[field], after[field]))
            {
                continue;
            }

            if (before?[field] is not null)
            {
                writes.Add(DeleteLinks, new { Field = field.Slot, Record = record });
            }

            foreach (var target in Targets(after[field]))
            {
                writes.Add(
                    InsertLink,
                    new
                    {
                        Field = field.Slot,
                        Record = record,
                        Target = target,
                    }
                );
            }
        }
    }

    /// <summary>The ids in a value of a relation.</summary>
    public static IEnumerable<Guid> Targets(object? value) =>
        value switch
        {
            Guid id => [id],
            IReadOnlyList<object> ids => ids.OfType<Guid>().Distinct(),
            _ => [],
        };

    private static void Remember(Together writes, CollectionPlan plan, RecordRow row, Guid? actor, string action)
    {
        if (plan.Text.History is true)
        {
            writes.Add(
                InsertHistory,
                new
                {
                    Record = row.Key,
                    row.Position,
                    At = Sillage.Schema.Rfc3339.ToTime(row.UpdatedAt),
                    Actor = actor,
                    Action = action,
                    row.Data,
                }
            );
        }
    }
}

/// <summary>The table that holds the values of an indexed field: one for each kind of value.</summary>
internal sealed class ValueTable
{
    private static readonly ValueTable Text = new("value_text");
    private static readonly ValueTable Whole = new("value_whole");
    private static readonly ValueTable Real = new("value_real");

    private ValueTable(string name)
    {
        Name = name;
        Insert = $"INSERT INTO {name} (field, rank, value, record) VALUES (@Field, @Rank, @Value, @Record)";
        Delete = $"DELETE FROM {name} WHERE field = @Field AND rank = @Rank AND value = @Value AND record = @Record";
    }

    public string Name { get; }

    public Sql Insert { get; }

    public Sql Delete { get; }

    public static ValueTable Of(FieldPlan field) =>
        field.Sort switch
        {
            Sort.Text or Sort.Day or Sort.Id => Text,
            Sort.Real => Real,
            _ => Whole,
        };

    /// <summary>A row; what has no value has rank 0.</summary>
    public object Row(FieldPlan field, object? value, long record)
    {
        var rank = value is null ? 0L : 1L;
        return this == Text ? new TextRow(field.Slot, rank, (string?)Stored(value) ?? "", record)
            : this == Real ? new RealRow(field.Slot, rank, (double?)value ?? 0, record)
            : new WholeRow(field.Slot, rank, (long?)Stored(value) ?? 0, record);
    }

    /// <summary>A value as these tables have it.</summary>
    public static object? Stored(object? value) =>
        value switch
        {
            bool truth => truth ? 1L : 0L,
            Guid id => id.ToString("D"),
            _ => value,
        };

    private sealed record TextRow(long Field, long Rank, string Value, long Record);

    private sealed record WholeRow(long Field, long Rank, long Value, long Record);

    private sealed record RealRow(long Field, long Rank, double Value, long Record);
}
