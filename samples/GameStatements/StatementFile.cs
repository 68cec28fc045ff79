using System.Text.Json.Nodes;

namespace GameStatements;

/// <summary>xAPI statements, one a line.</summary>
public static class StatementFile
{
    /// <summary>The file beside the project, in <c>../shared/data</c>; null where there is none.</summary>
    public static string? Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sillage.slnx")))
        {
            folder = folder.Parent;
        }

        var file = folder is null
            ? null
            : Path.Combine(folder.FullName, "..", "shared", "data", "game-statements.ndjson");
        return File.Exists(file) ? file : null;
    }

    /// <summary>Reads the statements of a file, in its order.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(string file) =>
        [.. (await File.ReadAllLinesAsync(file)).Where(l => l.Length > 0).Select(l => (JsonObject)JsonNode.Parse(l)!)];
}
