using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Sillage.Api.Problems;
using Sillage.Api.Requests;

namespace Sillage.Files;

/// <summary>A file as it came.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Fault">What is wrong with the request, if anything is.</param>
internal readonly record struct SentFile(string Name, ReadOnlyMemory<byte> Bytes, Problem? Fault);

/// <summary>Reads the body of a request that is a file, or a form around one.</summary>
internal static class FileBody
{
    /// <summary>The media type of a form.</summary>
    public const string Form = "multipart/form-data";

    /// <summary>How much a form may be larger than the file in it, in bytes.</summary>
    public const int FormBytes = 16 * 1024;

    private const int LongestName = 200;
    private const string Nameless = "file";

    /// <summary>Reads it whole.</summary>
    /// <exception cref="ProblemException">413, 429 or 503: it is too large, or there is no room for it now.</exception>
    public static async ValueTask<SentFile> ReadAsync(HttpContext http, string? name, CancellationToken ct)
    {
        var body = await RawBody.ReadAsync(http);
        var sent =
            MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            && type.MediaType.Equals(Form, StringComparison.OrdinalIgnoreCase)
                ? await ReadFormAsync(body, HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), name, ct)
                : new SentFile(Clean(name), body, null);
        return sent.Fault is null && sent.Bytes.IsEmpty ? Faulty("The file is empty: there is nothing to keep.") : sent;
    }

    private static async ValueTask<SentFile> ReadFormAsync(
        ReadOnlyMemory<byte> body,
        string boundary,
        string? name,
        CancellationToken ct
    )
    {
        if (boundary.Length is 0 or > 70)
        {
            return Faulty("The Content-Type names no boundary of 1 to 70 characters (RFC 2046 section 5.1.1).");
        }

        try
        {
            var reader = new MultipartReader(boundary, PipeReader.Create(new ReadOnlySequence<byte>(body)).AsStream())
            {
                HeadersCountLimit = 16,
                HeadersLengthLimit = FormBytes / 2,
            };
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (section.AsFileSection() is { FileStream: { } content } file)
                {
                    var bytes = new MemoryStream();
                    await content.CopyToAsync(bytes, ct);
                    return new SentFile(Clean(name ?? file.FileName), bytes.ToArray(), null);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return Faulty("The form cannot be read: a part of it is missing, or a header is too long.");
        }

        return Faulty("The form has no file: a part whose Content-Disposition names one (filename).");
    }

    /// <summary>
    /// The last part of the name, without what a file system or a terminal could take for something else; never empty.
    /// </summary>
    internal static string Clean(string? name)
    {
        var last = name?[(name.LastIndexOfAny(['/', '\\']) + 1)..] ?? "";
        var clean = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes())
        {
            // A lone surrogate comes as the replacement character.
            if (
                Rune.GetUnicodeCategory(rune)
                is not (
                    UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
                    or UnicodeCategory.PrivateUse
                )
            )
            {
                clean.Append(rune.ToString());
            }
        }

        var text = clean.ToString().Trim();
        while (text.Length > LongestName)
        {
            // The end says what it is, the beginning what it is called: something in the middle goes, never half a character.
            var elements = StringInfo.ParseCombiningCharacters(text);
            var dot = text.LastIndexOf('.') is > 0 and var at && text.Length - at <= 16 ? text[at..] : "";
            var stem = elements.Last(start => start <= LongestName - dot.Length);
            text = text[..stem] + dot;
        }

        return text.Trim('.', ' ').Length == 0 ? Nameless : text;
    }

    private static SentFile Faulty(string detail) => new("", default, Problem.BadRequest(detail));
}
