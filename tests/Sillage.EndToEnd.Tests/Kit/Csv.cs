using System.Text;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>Reads RFC 4180 by the book.</summary>
internal static class Csv
{
    public static List<List<string>> Read(string csv)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var at = 0; at < csv.Length; at++)
        {
            var letter = csv[at];
            if (letter == '"')
            {
                // Within quotes a doubled one is one; the second of a pair opens again what the first closed.
                if (!quoted && at > 0 && csv[at - 1] == '"')
                {
                    cell.Append('"');
                }

                quoted = !quoted;
            }
            else if (quoted || letter is not (',' or '\r' or '\n'))
            {
                cell.Append(letter);
            }
            else if (letter != '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (letter == '\n')
                {
                    rows.Add(row);
                    row = [];
                }
            }
        }

        return rows;
    }
}
