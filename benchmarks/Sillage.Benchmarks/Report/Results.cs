namespace Sillage.Benchmarks.Report;

/// <summary>The file of a run's results, written anew after each case: a run that breaks off has what it measured.</summary>
internal sealed class Results(string file, Preface preface)
{
    private readonly List<Sheet> _sheets = [];

    public void Add(IEnumerable<Sheet> sheets)
    {
        _sheets.AddRange(sheets);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, Markdown.Write(Machine.Here, preface, _sheets));
    }
}

/// <summary>What stands above the tables.</summary>
/// <param name="Title">Of the run.</param>
/// <param name="Commit">What was measured.</param>
/// <param name="Measured">How long and how often.</param>
/// <param name="Meaning">How to read the columns.</param>
internal sealed record Preface(string Title, string Commit, string Measured, string Meaning);

/// <summary>A table as it is shown.</summary>
internal sealed record Sheet(string Title, string Remark, string[] Header, IReadOnlyList<string[]> Rows);
