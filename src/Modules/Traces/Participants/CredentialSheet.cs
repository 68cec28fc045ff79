using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Sillage.Traces.Participants;

/// <summary>Credentials as a table and as a page of cards to print, cut and hand out.</summary>
internal static class CredentialSheet
{
    private const string Style = """
        :root { font: 11pt/1.35 system-ui, sans-serif; color: #111; }
        body { margin: 0 auto; max-width: 190mm; padding: 8mm 0; }
        header { margin: 0 2mm 4mm; }
        h1 { font-size: 14pt; margin: 0 0 1mm; }
        header p { margin: 0; color: #555; }
        main { display: grid; grid-template-columns: 1fr 1fr; border-top: 1px dashed #999; border-left: 1px dashed #999; }
        section { border-right: 1px dashed #999; border-bottom: 1px dashed #999; padding: 5mm 6mm; break-inside: avoid; }
        h2 { font-size: 10pt; font-weight: 600; margin: 0 0 2mm; display: flex; justify-content: space-between; }
        h2 span { color: #777; font-weight: 400; }
        dl { margin: 0; display: grid; grid-template-columns: 22mm 1fr; row-gap: 1mm; }
        dt { color: #555; font-size: 9.5pt; align-self: center; }
        dd { margin: 0; font: 11.5pt/1.4 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
        dd.server { font-size: 9.5pt; }
        @Page { margin: 10mm; }
        @Media print { header { display: none; } body { padding: 0; max-width: none; } }
        """;

    /// <summary>Lets the page's own style through and nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string WriteCsv(IReadOnlyList<ProvisionedParticipant> items)
    {
        var csv = new StringBuilder("number,username,password,pseudonym\r\n");
        foreach (var item in items)
        {
            csv.Append(item.Number).Append(',');
            csv.Append(Cell(item.Username)).Append(',').Append(Cell(item.Password)).Append(',');
            csv.Append(item.Pseudonym).Append("\r\n");
        }

        return csv.ToString();
    }

    public static string WriteHtml(IReadOnlyList<ProvisionedParticipant> items, string study, string? server)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append($"<title>Credentials for {Text(study)}</title>\n<style>{Style}</style>\n</head>\n<body>\n");
        html.Append($"<header><h1>Credentials for {Text(study)}</h1>");
        html.Append(
            "<p>Shown this once. Print this page, cut along the lines, hand out, delete.</p></header>\n<main>\n"
        );
        foreach (var item in items)
        {
            html.Append($"<section><h2>{Text(study)}<span>No. {item.Number}</span></h2><dl>");
            if (server is not null)
            {
                html.Append($"<dt>Server</dt><dd class=\"server\">{Text(server)}</dd>");
            }

            html.Append($"<dt>User name</dt><dd>{Text(item.Username)}</dd>");
            html.Append($"<dt>Password</dt><dd>{Text(item.Password)}</dd></dl></section>\n");
        }

        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    // As they are, without the guard against formulas that exports have: a password must not gain a character.
    private static string Cell(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
