namespace Sillage.Collections.Declared;

/// <summary>A collection with what is worked out of its declaration once.</summary>
internal sealed class CollectionPlan
{
    private readonly Dictionary<string, FieldPlan> _byName;
    private readonly Dictionary<string, FieldPlan> _byKey;

    public CollectionPlan(long key, long revision, Guid? owner, StoredDefinition definition)
    {
        (Key, Revision, Owner, Definition) = (key, revision, owner, definition);
        Fields =
        [
            .. definition.Text.Fields.Select((f, i) => new FieldPlan(f, SlotOf(key, definition.Slots[f.Id!.Value]), i)),
        ];
        _byKey = Fields.ToDictionary(field => field.Key, StringComparer.Ordinal);
        _byName = Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
    }

    public long Key { get; }

    public long Revision { get; }

    public Guid? Owner { get; }

    public StoredDefinition Definition { get; }

    public CollectionText Text => Definition.Text;

    public Rules Rules => Text.Rules ?? new Rules();

    public IReadOnlyList<FieldPlan> Fields { get; }

    /// <summary>What it is called in addresses.</summary>
    public string Address => AddressOf(Text.InSpace, Text.Name);

    public FieldPlan? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The field whose values stand under this member of the stored object.</summary>
    public FieldPlan? Stored(string key) => _byKey.GetValueOrDefault(key);

    public static string AddressOf(string space, string name) =>
        space == CollectionText.MainSpace ? name : $"{space}.{name}";

    // Unlike in every collection: PostgreSQL may read a value before it has looked whose it is.
    private static long SlotOf(long collection, int slot) => (collection * StoredDefinition.MostSlots) + slot;
}

/// <summary>A declaration as it is stored.</summary>
/// <param name="Text">The declaration; every field has its id.</param>
/// <param name="Slots">Where the values of each field are, by its id: another place after each change of type.</param>
/// <param name="NextId">The id of the next new field.</param>
/// <param name="NextSlot">The place of its values.</param>
internal sealed record StoredDefinition(
    CollectionText Text,
    IReadOnlyDictionary<int, int> Slots,
    int NextId,
    int NextSlot
)
{
    public const int MostSlots = 4096;
}

/// <summary>A collection with those that its relations lead to.</summary>
internal sealed record Known(CollectionPlan Main, IReadOnlyDictionary<string, CollectionPlan> All)
{
    public CollectionPlan? Target(FieldPlan relation) => relation.Field.To is { } to ? All.GetValueOrDefault(to) : null;
}
