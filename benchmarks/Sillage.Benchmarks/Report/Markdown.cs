using System.Text;
using Sillage.Benchmarks.Cases;

namespace Sillage.Benchmarks.Report;

/// <summary>The file of results.</summary>
internal static class Markdown
{
    public static string Write(Machine machine, string commit, string plan, IReadOnlyList<Table> tables)
    {
        var text = new StringBuilder();
        text.AppendLine("# Traces: results of `benchmarks/run`").AppendLine();
        text.AppendLine($"- processor: {machine.Processor}, {machine.Cores} cores, {machine.Memory / 1e9:N0} GB");
        text.AppendLine($"- system: {machine.System}, {machine.Runtime}");
        text.AppendLine($"- commit: {commit}");
        text.AppendLine($"- date: {TimeProvider.System.GetUtcNow():yyyy-MM-dd}");
        text.AppendLine($"- measured: {plan}").AppendLine();
        text.AppendLine(
            "Only the ratios say something: each is Sillage's figure divided by the other's, from the same run on the same "
                + "machine, with the load's own client on the same processors. The absolute figures are kept for those who "
                + "repeat the run; they mean nothing by themselves. Medians of alternating rounds. Processor time is that of "
                + "the server's processes and of the database engine they use, per trace (or row, or page). Memory is PSS at "
                + "the end of the stretch. \"Others\" is the share of the machine that "
                + "processes which are no part of the run took meanwhile; above 12 % a stretch is measured again."
        );
        foreach (var table in tables)
        {
            text.AppendLine().AppendLine($"## {table.Title}").AppendLine();
            text.AppendLine(table.Remark).AppendLine();
            Ratios.Header(table).Append(text);
            foreach (var cells in Ratios.Cells(table))
            {
                cells.Append(text);
            }
        }

        return text.ToString();
    }

    private static void Append(this string[] cells, StringBuilder text)
    {
        text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
        if (cells is ["who", ..])
        {
            text.Append('|').Insert(text.Length, " --- |", cells.Length).AppendLine();
        }
    }
}
