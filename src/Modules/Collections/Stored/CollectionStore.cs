using System.Collections.Concurrent;
using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Collections.Declared;
using Sillage.Storage;

namespace Sillage.Collections.Stored;

/// <summary>
/// Collections as they are stored. What is worked out of a declaration is kept, by its revision, which is asked for in the same snapshot as what is read by it.
/// </summary>
internal sealed class CollectionStore(KeepLimit keeping)
{
    // A rule may go further than the filter that led to it; what is beyond this no test of ours reaches.
    private const int MostTogether = 50;

    private static readonly Sql FindRevisions = new(
        "SELECT key, name, revision AS number FROM collection WHERE space = @Space AND name IN @Names",
        "SELECT key, name, revision AS number FROM collection WHERE space = @Space AND name = ANY(@Names)"
    );

    private const string SelectOne = """
        SELECT key, space, name, definition, revision, owner, created_at, updated_at FROM collection WHERE key = @Key
        """;

    private readonly ConcurrentDictionary<long, CollectionPlan> _kept = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waiting = new();

    // Which collections a relation led to the last time, so that one question asks for all of them.
    private readonly ConcurrentDictionary<(string Space, string Name), string[]> _together = new();

    /// <summary>How much of what records were may be kept.</summary>
    public KeepLimit Keeping { get; } = keeping;

    /// <summary>Completes at the next <see cref="Wake"/> of a collection. Take it before reading, so that nothing slips between.</summary>
    public Task NextAsync(long key) =>
        _waiting
            .GetOrAdd(key, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .Task;

    /// <summary>Something about the collection was committed: who follows it here has a look.</summary>
    public void Wake(long key)
    {
        if (_waiting.TryRemove(key, out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    /// <summary>The collection, with those that its relations lead to; null if there is none.</summary>
    public async Task<Known?> FindAsync(IReader reader, string space, string name, CancellationToken ct)
    {
        var asked = _together.TryGetValue((space, name), out var last) ? last : [name];
        var found = await RevisionsAsync(reader, space, asked, ct);
        if (await PlanAsync(reader, found.GetValueOrDefault(name), ct) is not { } main)
        {
            return null;
        }

        var all = new Dictionary<string, CollectionPlan>(StringComparer.Ordinal) { [name] = main };
        var next = new Queue<CollectionPlan>([main]);
        while (next.TryDequeue(out var plan) && all.Count < MostTogether)
        {
            foreach (var to in plan.Fields.Select(field => field.Field.To).OfType<string>().Distinct())
            {
                if (all.ContainsKey(to))
                {
                    continue;
                }

                if (!found.TryGetValue(to, out var revision))
                {
                    revision = (await RevisionsAsync(reader, space, [to], ct)).GetValueOrDefault(to);
                    found[to] = revision;
                }

                if (await PlanAsync(reader, revision, ct) is { } target)
                {
                    all[to] = target;
                    next.Enqueue(target);
                }
            }
        }

        if (all.Count != asked.Length && reader is not IUnitOfWork)
        {
            _together[(space, name)] = [.. all.Keys];
        }

        return new Known(main, all);
    }

    /// <summary>The same by what addresses call it: the name, after the space and a dot where it is not in main.</summary>
    public Task<Known?> FindAsync(IReader reader, string address, CancellationToken ct)
    {
        var (space, name) = Split(address);
        return FindAsync(reader, space, name, ct);
    }

    /// <summary>The collection as a row.</summary>
    public static Task<CollectionRow?> RowAsync(IReader reader, long key, CancellationToken ct) =>
        reader.FirstOrDefaultAsync<CollectionRow>(SelectOne, new { Key = key }, ct);

    /// <summary>Space and name of an address.</summary>
    public static (string Space, string Name) Split(string address)
    {
        var dot = address.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? (CollectionText.MainSpace, address) : (address[..dot], address[(dot + 1)..]);
    }

    private static async Task<Dictionary<string, Revision?>> RevisionsAsync(
        IReader reader,
        string space,
        string[] names,
        CancellationToken ct
    ) =>
        (await reader.QueryAsync<Revision>(FindRevisions, new { Space = space, Names = names }, ct)).ToDictionary(
            revision => revision.Name,
            Revision? (revision) => revision,
            StringComparer.Ordinal
        );

    private async Task<CollectionPlan?> PlanAsync(IReader reader, Revision? found, CancellationToken ct)
    {
        if (found is null)
        {
            return null;
        }

        if (_kept.TryGetValue(found.Key, out var kept) && kept.Revision == found.Number)
        {
            return kept;
        }

        var row = (await RowAsync(reader, found.Key, ct))!;
        // Not kept from within a unit: it may be rolled back, and its number given again.
        return reader is IUnitOfWork ? row.Plan() : _kept[row.Key] = row.Plan();
    }

    private sealed record Revision(long Key, string Name, long Number);
}

/// <summary>A collection as it is stored.</summary>
internal sealed record CollectionRow(
    long Key,
    string Space,
    string Name,
    string Definition,
    long Revision,
    Guid? Owner,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public string? Path => Plan().Text.Path;

    public CollectionPlan Plan() =>
        new(Key, Revision, Owner, JsonSerializer.Deserialize<StoredDefinition>(Definition, Json.Options)!);
}
