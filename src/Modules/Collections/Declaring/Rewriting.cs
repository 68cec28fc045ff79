using System.Text.Json;
using Sillage.Collections.Declared;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Declaring;

/// <summary>What became of the records of a collection whose declaration changed.</summary>
/// <param name="Records">How many records hold something else.</param>
/// <param name="Lost">How many values were there and are no more.</param>
/// <param name="Unconverted">The first values that could not be converted.</param>
/// <param name="Faults">The first records that the new declaration does not allow.</param>
internal sealed record Rewritten(
    long Records,
    long Lost,
    IReadOnlyList<RecordFault> Unconverted,
    IReadOnlyList<RecordFault> Faults
);

/// <summary>A record that a change of the declaration does not go well with.</summary>
/// <param name="Record">Its id.</param>
/// <param name="Field">The field.</param>
/// <param name="Detail">What is wrong.</param>
public sealed record RecordFault(Guid Record, string Field, string Detail);

/// <summary>Brings the records of a collection from one declaration to the next, in the unit that changes it.</summary>
internal static class Rewriting
{
    private const int AtOnce = 500;
    private const int MostTold = 20;

    private static readonly Sql Next = new(
        $"SELECT {RecordRow.Columns.Sqlite} FROM record r WHERE r.collection = @Collection AND r.key > @After ORDER BY r.key LIMIT @Limit",
        $"SELECT {RecordRow.Columns.Postgres} FROM record r WHERE r.collection = @Collection AND r.key > @After ORDER BY r.key LIMIT @Limit"
    );

    private static readonly Sql Save = new(
        "UPDATE record SET data = @Data WHERE key = @Key",
        "UPDATE record SET data = CAST(@Data AS jsonb) WHERE key = @Key"
    );

    private const string DeleteLinks = "DELETE FROM record_link WHERE record = @Record AND field = @Field";

    /// <summary>Whether any record has to be looked at.</summary>
    public static bool IsNeeded(CollectionPlan before, CollectionPlan after) =>
        before.Fields.Any(field => after.Fields.All(other => other.Slot != field.Slot))
        || after.Fields.Any(field =>
        {
            var was = before.Fields.FirstOrDefault(other => other.Slot == field.Slot);
            return field.Field.Required is true && was?.Field.Required is not true
                || field.IsIndexed != (was?.IsIndexed ?? false)
                || field.IsSearched != (was?.IsSearched ?? false)
                || field.IsUnique != (was?.IsUnique ?? false);
        });

    public static async Task<Rewritten> RunAsync(
        IUnitOfWork unit,
        CollectionPlan before,
        CollectionPlan after,
        CancellationToken ct
    )
    {
        var (done, lost) = (0L, 0L);
        var unconverted = new List<RecordFault>();
        var faults = new List<RecordFault>();
        IReadOnlyList<RecordRow> rows;
        var last = 0L;
        do
        {
            var parameters = new
            {
                Collection = before.Key,
                After = last,
                Limit = (long)AtOnce,
            };
            rows = await unit.QueryAsync<RecordRow>(Next, parameters, ct);
            foreach (var row in rows)
            {
                last = row.Key;
                var was = row.Read(before);
                var (becomes, gone) = Convert(row, was, after, unconverted);
                lost += gone;
                AddMissing(row, becomes, faults);
                if (faults.Count == 0)
                {
                    await StoreAsync(unit, row, was, becomes, faults, ct);
                }

                done++;
            }
        } while (rows.Count == AtOnce && faults.Count < MostTold);
        return new Rewritten(done, lost, [.. unconverted.Take(MostTold)], [.. faults.Take(MostTold)]);
    }

    private static (RecordData Data, int Lost) Convert(
        RecordRow row,
        RecordData was,
        CollectionPlan after,
        List<RecordFault> unconverted
    )
    {
        var becomes = new RecordData(after);
        var lost = was.Plan.Fields.Count(old =>
            was[old] is not null && after.Fields.All(field => field.Field.Id != old.Field.Id)
        );
        foreach (var field in after.Fields)
        {
            var old = was.Plan.Fields.FirstOrDefault(other => other.Field.Id == field.Field.Id);
            if (old is null || was[old] is null)
            {
                becomes[field] =
                    field.Field is { Required: true, Default: { } value } && !field.Field.IsMany
                        ? ValueReader.Read(field, value, false, out _)
                        : null;
            }
            else if (old.Slot == field.Slot)
            {
                becomes[field] = was[old];
            }
            else if (Converted(was, old, field) is { } converted)
            {
                becomes[field] = converted;
            }
            else
            {
                lost++;
                if (unconverted.Count < MostTold)
                {
                    unconverted.Add(
                        new RecordFault(row.Id, field.Name, $"{was.Shown(old).GetRawText()} cannot be converted.")
                    );
                }
            }
        }

        return (becomes, lost);
    }

    // By way of how it is shown: what one could send is what it becomes.
    private static object? Converted(RecordData was, FieldPlan old, FieldPlan field)
    {
        if (field.Field.Type == FieldKind.Relation || old.Field.Type == FieldKind.Relation)
        {
            return null;
        }

        var shown = was.Shown(old);
        JsonElement[] items =
            shown.ValueKind == JsonValueKind.Array && old.Field.IsMany ? [.. shown.EnumerateArray()] : [shown];
        if (!field.Field.IsMany && items.Length > 1)
        {
            return null;
        }

        var converted = new List<object>();
        foreach (var item in items)
        {
            var text =
                item.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
                && field.Sort is not (Sort.Whole or Sort.Real or Sort.Decimal or Sort.Truth or Sort.None)
                    ? JsonSerializer.SerializeToElement(item.GetRawText())
                    : item;
            if (ValueReader.Read(field, text, isXml: true, out _) is not { } value)
            {
                return null;
            }

            converted.Add(value);
        }

        return field.Field.IsMany ? converted
            : converted.Count == 1 ? converted[0]
            : null;
    }

    private static void AddMissing(RecordRow row, RecordData data, List<RecordFault> faults)
    {
        foreach (var field in data.Plan.Fields)
        {
            if (row.DeletedAt is null && field.Field.Required is true && data[field] is null && faults.Count < MostTold)
            {
                faults.Add(new RecordFault(row.Id, field.Name, "Has no value, and would have to have one."));
            }
        }
    }

    private static async Task StoreAsync(
        IUnitOfWork unit,
        RecordRow row,
        RecordData was,
        RecordData becomes,
        List<RecordFault> faults,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(Save, new { row.Key, Data = becomes.Write() }, ct);
        if (row.DeletedAt is null)
        {
            await RecordStore.IndexAsync(unit, row.Key, was, null, ct);
            foreach (var taken in await RecordStore.FindTakenAsync(unit, becomes, row.Key, ct))
            {
                faults.Add(new RecordFault(row.Id, taken.Name, "Another record has the same value."));
                return;
            }

            await RecordStore.IndexAsync(unit, row.Key, null, becomes, ct);
        }

        foreach (var old in was.Plan.Fields.Where(old => old.Sort == Sort.Id))
        {
            if (becomes.Plan.Fields.All(field => field.Slot != old.Slot))
            {
                await unit.ExecuteAsync(DeleteLinks, new { Record = row.Key, Field = old.Slot }, ct);
            }
        }
    }
}
