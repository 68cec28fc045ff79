using System.Text;

namespace Sillage.Traces.Import.Rows;

/// <summary>Names in a flag, with commas in between; one that has a comma itself stands in quotes, as in CSV.</summary>
internal static class NameList
{
    private const char Quote = '"';

    /// <summary>The parts, as they are written. A quote opens at the beginning of a part or behind its <c>=</c>.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var part = new StringBuilder();
        var isQuoted = false;
        foreach (var c in text)
        {
            if (c == ',' && !isQuoted)
            {
                if (Take(part) is { Length: > 0 } whole)
                {
                    yield return whole;
                }

                continue;
            }

            if (c == Quote && (isQuoted || part.ToString().TrimEnd() is "" or [.., '=' or Quote]))
            {
                isQuoted = !isQuoted;
            }

            part.Append(c);
        }

        if (Take(part) is { Length: > 0 } last)
        {
            yield return last;
        }
    }

    /// <summary>A name without the quotes around it.</summary>
    public static string Plain(string name) =>
        name is [Quote, .., Quote] && name.Length > 1
            ? name[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal)
            : name;

    private static string Take(StringBuilder part)
    {
        var text = part.ToString().Trim();
        part.Clear();
        return text;
    }
}
