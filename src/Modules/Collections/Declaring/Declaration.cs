using System.Globalization;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Collections.Declared;
using Sillage.Collections.Stored;
using Sillage.Storage;

namespace Sillage.Collections.Declaring;

/// <summary>Declares collections and changes them, for requests and for verbs alike.</summary>
internal sealed class Declaration(CollectionStore store)
{
    private const string FindKey = "SELECT key FROM collection WHERE space = @Space AND name = @Name";

    private const string Insert = """
        INSERT INTO collection (space, name, definition, revision, owner, created_at, updated_at, path)
        VALUES (@Space, @Name, @Definition, @Revision, @Owner, @CreatedAt, @UpdatedAt, @Path) RETURNING key
        """;

    private const string CountOwn = "SELECT COUNT(*) FROM collection WHERE owner = @Owner";

    private const string CountRecords = "SELECT COUNT(*) FROM record WHERE collection = @Key";

    private const string InsertCount = "INSERT INTO collection_count (collection) VALUES (@Key)";

    private const string Update = """
        UPDATE collection SET definition = @Definition, revision = @Revision, updated_at = @UpdatedAt, path = @Path
        WHERE key = @Key
        """;

    private const string SelectPaths =
        "SELECT CASE WHEN path = @Path THEN 1 ELSE 0 END FROM collection WHERE path IS NOT NULL AND key <> @Key";

    private const string SelectSpace = """
        SELECT key, space, name, definition, revision, owner, created_at, updated_at FROM collection
        WHERE space = @Space AND name <> @Name
        """;

    private static readonly Sql[] Deletions =
    [
        RecordText.DeleteAll,
        "DELETE FROM record WHERE collection = @Key",
        "DELETE FROM value_text WHERE field BETWEEN @First AND @Last",
        "DELETE FROM value_whole WHERE field BETWEEN @First AND @Last",
        "DELETE FROM value_real WHERE field BETWEEN @First AND @Last",
        "DELETE FROM value_unique WHERE field BETWEEN @First AND @Last",
    ];

    // Who follows it begins anew: what went is told to nobody.
    private const string Emptied = "UPDATE collection SET revision = revision + 1 WHERE key = @Key";

    private const string NoRecords = "UPDATE collection_count SET records = 0 WHERE collection = @Key";

    private const string DeleteCount = "DELETE FROM collection_count WHERE collection = @Key";

    private const string DeleteCollection = "DELETE FROM collection WHERE key = @Key";

    /// <summary>Declares a collection.</summary>
    /// <exception cref="ProblemException">400 or 409: what is wrong with it.</exception>
    public async Task<CollectionRow> CreateAsync(
        IUnitOfWork unit,
        CollectionText text,
        Guid? owner,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        Demand(DefinitionCheck.Check(text));
        if (await unit.ScalarAsync<long?>(FindKey, new { Space = text.InSpace, text.Name }, ct) is not null)
        {
            throw new ProblemException(
                Problem.Conflict(
                    $"There is a collection '{text.Name}' in the space '{text.InSpace}'.",
                    new FieldError("/name", "Is taken.")
                )
            );
        }

        var change = Change.Of(null, text with { Fields = [.. text.Fields.Select(field => field with { Id = null })] });
        var row = new CollectionRow(0, text.InSpace, text.Name, Written(change.Definition), 1, owner, now, now);
        await CheckAsync(unit, row.Plan(), ct);
        await CheckPathAsync(unit, 0, text.Path, ct);
        row = row with { Key = await StoreAsync(() => unit.ScalarAsync<long>(Insert, row, ct)) };
        await unit.ExecuteAsync(InsertCount, row, ct);
        await unit.AuditAsync(new AuditEntry("collection.declared", owner, Subject(row)), ct);
        return row;
    }

    /// <summary>Changes a collection.</summary>
    /// <param name="unit">The unit, which holds the collection from here on.</param>
    /// <param name="key">The collection.</param>
    /// <param name="wanted">Makes the new declaration of the one before.</param>
    /// <param name="confirm">Whether values may be lost by it.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="now">When.</param>
    /// <param name="ct">Ends it early.</param>
    /// <exception cref="ProblemException">400 or 409: what is wrong with it.</exception>
    public async Task<Applied> ChangeAsync(
        IUnitOfWork unit,
        long key,
        Func<CollectionRow, CollectionText> wanted,
        bool confirm,
        Guid? actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await RecordStore.TakePositionAsync(unit, key, 0, ct);
        unit.OnCommitted(() => store.Wake(key));
        var row = await CollectionStore.RowAsync(unit, key, ct) ?? throw new ProblemException(Problem.NotFound());
        var before = row.Plan();
        var text = wanted(row);
        Demand(DefinitionCheck.Check(text).Concat(SameName(before.Text, text)));
        var change = Change.Of(before.Definition, text);
        Demand(
            change.UnknownIds.Select(i => new FieldError(
                $"/fields/{i}/id",
                "No field has this id. Leave it out for a new field."
            ))
        );
        if (change.Differences.Count == 0)
        {
            return new Applied(row, [], null);
        }

        if (change.Definition.NextSlot > StoredDefinition.MostSlots)
        {
            throw new ProblemException(
                Problem.Conflict("The fields of this collection changed their types too often. Declare it anew.")
            );
        }

        var changed = row with
        {
            Definition = Written(change.Definition),
            Revision = row.Revision + 1,
            UpdatedAt = now,
        };
        var after = changed.Plan();
        await CheckAsync(unit, after, ct);
        await CheckPathAsync(unit, key, text.Path, ct);
        await StoreAsync(() => unit.ExecuteAsync(Update, changed, ct));
        var rewritten = Rewriting.IsNeeded(before, after)
            ? await Rewriting.RunAsync(unit, before, after, ct)
            : new Rewritten(0, 0, [], []);
        Demand(rewritten, confirm);
        await unit.AuditAsync(
            new AuditEntry(
                "collection.changed",
                actor,
                Subject(row),
                JsonSerializer.Serialize(new { changed.Revision, rewritten.Lost }, Json.Options)
            ),
            ct
        );
        return new Applied(changed, change.Differences, rewritten);
    }

    /// <summary>Makes one collection what a declaration says: a new one, or another.</summary>
    /// <returns>What is different; nothing where it was so already.</returns>
    /// <exception cref="ProblemException">400 or 409: what is wrong with it.</exception>
    public async Task<IReadOnlyList<AppliedCollection>> ApplyAsync(
        IUnitOfWork unit,
        CollectionText text,
        bool confirm,
        Guid? actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var address = CollectionPlan.AddressOf(text.InSpace, text.Name);
        if (await unit.ScalarAsync<long?>(FindKey, new { Space = text.InSpace, text.Name }, ct) is not { } key)
        {
            await CreateAsync(unit, text, actor, now, ct);
            return [new AppliedCollection(address, [new Difference(DifferenceKind.CollectionAdded)], 0)];
        }

        var applied = await ChangeAsync(unit, key, _ => text, confirm, actor, now, ct);
        return applied.Differences.Count == 0
            ? []
            : [new AppliedCollection(address, applied.Differences, applied.Records?.Lost ?? 0)];
    }

    /// <summary>Refuses a person who has as many collections as they may.</summary>
    /// <exception cref="ProblemException">409.</exception>
    public static async Task DemandRoomAsync(IUnitOfWork unit, Guid? owner, int perPerson, CancellationToken ct)
    {
        var own = await unit.ScalarAsync<long>(CountOwn, new { Owner = owner }, ct);
        if (own >= perPerson)
        {
            throw new ProblemException(
                Problem.Conflict($"You have {own} collections, and more are not allowed. Delete one first.")
            );
        }
    }

    /// <summary>Deletes a collection with all its records.</summary>
    /// <exception cref="ProblemException">409: others refer to it, or it has records and this is not confirmed.</exception>
    public static async Task DeleteAsync(IUnitOfWork unit, long key, bool confirm, Guid? actor, CancellationToken ct)
    {
        await RecordStore.TakePositionAsync(unit, key, 0, ct);
        var row = await CollectionStore.RowAsync(unit, key, ct) ?? throw new ProblemException(Problem.NotFound());
        var others = await unit.QueryAsync<CollectionRow>(SelectSpace, row, ct);
        if (others.FirstOrDefault(other => other.Plan().Fields.Any(field => field.Field.To == row.Name)) is { } other)
        {
            throw new ProblemException(
                Problem.Conflict($"The collection '{other.Name}' has a relation to it. Take that field away first.")
            );
        }

        var records = await unit.ScalarAsync<long>(CountRecords, row, ct);
        if (records > 0 && !confirm)
        {
            throw new ProblemException(
                Problem.Conflict(
                    $"It would be deleted with {records} records, for good. Ask with confirm=true.",
                    new FieldError("?confirm", "Is needed.")
                )
            );
        }

        await DeleteRecordsAsync(unit, key, ct);
        await unit.ExecuteAsync(DeleteCount, row, ct);
        await unit.ExecuteAsync(DeleteCollection, row, ct);
        var details = JsonSerializer.Serialize(new { records }, Json.Options);
        await unit.AuditAsync(new AuditEntry("collection.deleted", actor, Subject(row), details), ct);
    }

    /// <summary>Removes all records of a collection, for good.</summary>
    /// <returns>How many there were, deleted ones too.</returns>
    public static async Task<long> EmptyAsync(
        IUnitOfWork unit,
        CollectionStore store,
        long key,
        Guid? actor,
        CancellationToken ct
    )
    {
        await RecordStore.TakePositionAsync(unit, key, 0, ct);
        unit.OnCommitted(() => store.Wake(key));
        var row = await CollectionStore.RowAsync(unit, key, ct) ?? throw new ProblemException(Problem.NotFound());
        var records = await unit.ScalarAsync<long>(CountRecords, row, ct);
        if (records > 0)
        {
            await DeleteRecordsAsync(unit, key, ct);
            await unit.ExecuteAsync(NoRecords, row, ct);
            await unit.ExecuteAsync(Emptied, row, ct);
            var details = JsonSerializer.Serialize(new { records }, Json.Options);
            await unit.AuditAsync(new AuditEntry("collection.emptied", actor, Subject(row), details), ct);
        }

        return records;
    }

    private static async Task DeleteRecordsAsync(IUnitOfWork unit, long key, CancellationToken ct)
    {
        var parameters = new
        {
            Key = key,
            First = key * StoredDefinition.MostSlots,
            Last = (key * StoredDefinition.MostSlots) + StoredDefinition.MostSlots - 1,
        };
        foreach (var deletion in Deletions)
        {
            await unit.ExecuteAsync(deletion, parameters, ct);
        }
    }

    private async Task CheckAsync(IReader reader, CollectionPlan plan, CancellationToken ct)
    {
        var all = new Dictionary<string, CollectionPlan>(StringComparer.Ordinal);
        foreach (var to in plan.Fields.Select(field => field.Field.To).OfType<string>().Distinct())
        {
            if (await store.FindAsync(reader, plan.Text.InSpace, to, ct) is { } known)
            {
                foreach (var (name, other) in known.All)
                {
                    all[name] = other;
                }
            }
        }

        all[plan.Text.Name] = plan;
        Demand(DefinitionCheck.Check(plan, all));
    }

    // Two may ask for the same name or address at once, each before the other is seen.
    private static async Task<T> StoreAsync<T>(Func<Task<T>> store)
    {
        try
        {
            return await store();
        }
        catch (UniqueViolationException)
        {
            throw new ProblemException(Problem.Conflict("Another collection has just got this name or address."));
        }
    }

    private static async Task CheckPathAsync(IReader reader, long key, string? path, CancellationToken ct)
    {
        if (path is null)
        {
            return;
        }

        var others = await reader.QueryAsync<long>(SelectPaths, new { Key = key, Path = path }, ct);
        if (others.Contains(1) || others.Count >= PathRules.Most)
        {
            throw new ProblemException(
                Problem.Conflict(
                    others.Contains(1)
                        ? $"Another collection has the address '{path}'."
                        : $"There are {PathRules.Most} addresses, and more are not allowed.",
                    new FieldError("/path", "Is taken.")
                )
            );
        }
    }

    private static IEnumerable<FieldError> SameName(CollectionText before, CollectionText after)
    {
        if (before.Name != after.Name)
        {
            yield return new FieldError("/name", "A collection keeps its name.");
        }

        if (before.InSpace != after.InSpace)
        {
            yield return new FieldError("/space", "A collection stays in its space.");
        }
    }

    private static void Demand(IEnumerable<FieldError> errors)
    {
        var all = errors.ToList();
        if (all.Count > 0)
        {
            throw new ProblemException(
                Problem.BadRequest("The declaration is not valid; 'errors' names each part.", all)
            );
        }
    }

    private static void Demand(Rewritten rewritten, bool confirm)
    {
        if (rewritten.Faults.Count > 0)
        {
            throw new ProblemException(
                Problem.Conflict(
                    "There are records that the new declaration does not allow.",
                    [.. Told(rewritten.Faults)]
                )
            );
        }

        if (rewritten.Lost > 0 && !confirm)
        {
            throw new ProblemException(
                Problem.Conflict(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"This would destroy {rewritten.Lost} values. Ask with confirm=true."
                    ),
                    [new FieldError("?confirm", "Is needed."), .. Told(rewritten.Unconverted)]
                )
            );
        }
    }

    private static IEnumerable<FieldError> Told(IEnumerable<RecordFault> faults) =>
        faults.Select(fault => new FieldError($"/{fault.Field}", $"Record {fault.Record}: {fault.Detail}"));

    private static string Written(StoredDefinition definition) => JsonSerializer.Serialize(definition, Json.Options);

    private static string Subject(CollectionRow row) => CollectionPlan.AddressOf(row.Space, row.Name);
}

/// <summary>What a change came to.</summary>
/// <param name="Row">The collection afterwards.</param>
/// <param name="Differences">What was different.</param>
/// <param name="Records">What became of its records; null where none had to be looked at.</param>
internal sealed record Applied(CollectionRow Row, IReadOnlyList<Difference> Differences, Rewritten? Records);
