using System.Text;

namespace Sillage.Benchmarks.Report;

/// <summary>The file of results.</summary>
internal static class Markdown
{
    public static string Write(Machine machine, Preface preface, IReadOnlyList<Sheet> sheets)
    {
        var text = new StringBuilder();
        text.AppendLine($"# {preface.Title}: results of `benchmarks/run`").AppendLine();
        text.AppendLine($"- processor: {machine.Processor}, {machine.Cores} cores, {machine.Memory / 1e9:N0} GB");
        text.AppendLine($"- system: {machine.System}, {machine.Runtime}");
        text.AppendLine($"- commit: {preface.Commit}");
        text.AppendLine($"- date: {TimeProvider.System.GetUtcNow():yyyy-MM-dd}");
        text.AppendLine($"- measured: {preface.Measured}").AppendLine();
        text.AppendLine(
            "Only the ratios say something: each is Sillage's figure divided by the other's, from the same run on the same "
                + "machine, with the load's own client on the same processors. The absolute figures are kept for those who "
                + "repeat the run; they mean nothing by themselves. Medians of alternating rounds. "
                + preface.Meaning
                + " \"Others\" is the share of the machine that "
                + "processes which are no part of the run took meanwhile; above 12 % a stretch is measured again."
        );
        foreach (var sheet in sheets)
        {
            text.AppendLine().AppendLine($"## {sheet.Title}").AppendLine();
            text.AppendLine(sheet.Remark).AppendLine();
            Append(text, sheet.Header);
            text.Append('|').Insert(text.Length, " --- |", sheet.Header.Length).AppendLine();
            foreach (var cells in sheet.Rows)
            {
                Append(text, cells);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string[] cells) =>
        text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
}
