using Sillage.Schema;

namespace Sillage.Traces.Tally;

/// <summary>A study's fields as they stood at one revision of its tallies, with the values that are told apart so far.</summary>
internal sealed class StudyFields(long study, long version, FieldRules rules)
{
    private readonly Dictionary<string, HashSet<byte[]>> _known = new(StringComparer.Ordinal);

    public long Study { get; } = study;

    /// <summary>The study's version that the rules are of.</summary>
    public long Version { get; } = version;

    public FieldRules Rules { get; } = rules;

    /// <summary>The revision of the tallies that this is the state of.</summary>
    public long Revision { get; set; }

    /// <summary>Fields whose values are too many to tell apart.</summary>
    public HashSet<string> Many { get; } = new(StringComparer.Ordinal);

    /// <summary>How many values the field has, these included.</summary>
    public int CountWith(string field, IReadOnlyCollection<byte[]> values)
    {
        var known = ValuesOf(field);
        return known.Count + values.Count(v => !known.Contains(v));
    }

    /// <summary>The values of a field that are stored.</summary>
    public HashSet<byte[]> ValuesOf(string field)
    {
        if (!_known.TryGetValue(field, out var values))
        {
            _known[field] = values = new HashSet<byte[]>(Utf8Comparer.Instance);
        }

        return values;
    }

    /// <summary>Takes over what a chunk has added to storage.</summary>
    public void Take(TallyChunk chunk, long revision)
    {
        Revision = revision;
        Many.UnionWith(chunk.NewlyMany);
        foreach (var (_, rule, value) in chunk.Values.Keys)
        {
            var field = Rules.Rules[rule].Name;
            if (value != TallyChunk.AnyValue && !Many.Contains(field))
            {
                ValuesOf(field).Add(chunk.ValueOf(rule, value).ToArray());
            }
        }
    }
}
