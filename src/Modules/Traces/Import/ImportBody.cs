using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;

namespace Sillage.Traces.Import;

/// <summary>
/// A file that comes with a request, kept in a folder of its own that only the server's owner may read, until the request is
/// over. In the memory it would be as large as it is.
/// </summary>
internal sealed class ImportBody : IAsyncDisposable
{
    public static readonly string[] MediaTypes = ["text/csv", "text/tab-separated-values", "application/x-ndjson"];

    private static readonly string[] Forms = ["csv", "tsv", "ndjson"];

    private readonly DirectoryInfo _folder;

    private ImportBody(DirectoryInfo folder, FileStream content) => (_folder, Content) = (folder, content);

    /// <summary>What came.</summary>
    public FileStream Content { get; }

    /// <summary>Where rows go that cannot be taken: they are gone with the rest, and told by their reasons.</summary>
    public string Bad => Path.Combine(_folder.FullName, "bad");

    /// <summary>The form that the request says its body has; null if none that can be read.</summary>
    public static string? FormOf(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        var place = Array.FindIndex(MediaTypes, known => known.Equals(type, StringComparison.OrdinalIgnoreCase));
        return place < 0 ? null : Forms[place];
    }

    /// <summary>Takes the body in.</summary>
    public static async Task<ImportBody> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        // It lies on disk, and is one of the bodies all the same that an account may have under way.
        BodyBudget.Take(request.HttpContext, BodyBudget.Free + 1);
        var folder = Directory.CreateTempSubdirectory("sillage-import-");
        var file = new FileStream(
            Path.Combine(folder.FullName, "file"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
            }
        );
        var body = new ImportBody(folder, file);
        try
        {
            await request.Body.CopyToAsync(file, ct);
            file.Seek(0, SeekOrigin.Begin);
            // What is packed could be a thousand times as large as what was let in.
            if (file.ReadByte() == 0x1F)
            {
                throw new BadHttpRequestException("A file that is packed is not read here: unpack it.");
            }

            file.Seek(0, SeekOrigin.Begin);
            return body;
        }
        catch
        {
            await body.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Content.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
