using Sillage.Rowing.Records;

namespace Sillage.Rowing.Files;

/// <summary>Counts what is not as it should be, and says it once each.</summary>
internal sealed class Findings
{
    private readonly Dictionary<string, (long Count, string Detail)> _found = [];

    public void Add(string code, string detail)
    {
        var (count, first) = _found.GetValueOrDefault(code, (0, detail));
        _found[code] = (count + 1, first);
    }

    public IReadOnlyList<Finding> ToList() =>
        [.. _found.Select(found => new Finding(found.Key, found.Value.Count, found.Value.Detail))];
}
