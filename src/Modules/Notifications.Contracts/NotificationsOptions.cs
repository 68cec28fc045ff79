using System.ComponentModel.DataAnnotations;

namespace Sillage.Notifications.Contracts;

/// <summary>Settings of notifications, section <c>Notifications</c>. Modules that only ask for mails read them too, to know whether any are sent.</summary>
public sealed class NotificationsOptions : IValidatableObject
{
    /// <summary>
    /// The mail server: <c>smtp://user:password@mail.example.org:587</c> (STARTTLS) or <c>smtps://…:465</c> (TLS from the start).
    /// Default: none, and no mail is sent. What is no letter or digit in user and password is percent-encoded.
    /// </summary>
    public string? Smtp { get; set; }

    /// <summary>
    /// Whether mail may be sent without encryption, which a server in the same machine or network may need. Default false: a server that offers
    /// no STARTTLS gets nothing, neither password nor mail.
    /// </summary>
    public bool SmtpWithoutTls { get; set; }

    /// <summary>
    /// The sender: <c>Name &lt;address&gt;</c> or an address; its domain is that of the Message-ID. Default <c>noreply@</c> with the host of
    /// <see cref="Site"/>.
    /// </summary>
    public string? From { get; set; }

    /// <summary>What links in mails begin with: the address at which people reach this server. Default <c>http://localhost:8000</c>.</summary>
    [Required]
    public string Site { get; set; } = "http://localhost:8000";

    /// <summary>What the site is called in mails. Default <c>Sillage</c>.</summary>
    [Required, StringLength(60, MinimumLength = 1)]
    public string SiteName { get; set; } = "Sillage";

    /// <summary>The language of those who have chosen none: <c>en</c> or <c>fr</c>. Default <c>en</c>.</summary>
    [Required, RegularExpression("^(en|fr)$")]
    public string Language { get; set; } = "en";

    /// <summary>
    /// A folder with texts of one's own: <c>{kind}.{language}.subject.liquid</c>, <c>….body.liquid</c>, and <c>layout.html.liquid</c>.
    /// What is not there is as built in. Default: none.
    /// </summary>
    public string? Templates { get; set; }

    /// <summary>How many mails are handed over at the same time, each over a connection of its own. Default 2.</summary>
    [Range(1, 20)]
    public int SmtpConnections { get; set; } = 2;

    /// <summary>How long the mail server may take for one step. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SmtpTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For how long notifications and the log of what was sent are kept. Default 180 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(180);

    /// <summary>Live streams of notifications open at once. Default 10000.</summary>
    [Range(1, 1_000_000)]
    public int MaxLiveStreams { get; set; } = 10_000;

    /// <summary>
    /// What a mail provider's webhook about bounces carries in <c>Authorization</c>, after <c>Bearer</c>. At least 16 characters. Default: none,
    /// and no such webhook is heard.
    /// </summary>
    [StringLength(256, MinimumLength = 16)]
    public string? BounceToken { get; set; }

    /// <summary>Whether mail is sent at all.</summary>
    public bool SendsMail() => !string.IsNullOrEmpty(Smtp);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Uri.TryCreate(Site, UriKind.Absolute, out var site) || site.Scheme is not ("http" or "https"))
        {
            yield return new ValidationResult(
                "An address that begins with http:// or https:// is expected.",
                [nameof(Site)]
            );
        }

        if (
            SendsMail()
            && (
                !Uri.TryCreate(Smtp, UriKind.Absolute, out var smtp)
                || smtp.Scheme is not ("smtp" or "smtps")
                || smtp.Host.Length == 0
            )
        )
        {
            // Never the text itself: it holds a password.
            yield return new ValidationResult(
                "It is to read smtp://user:password@host:587, or smtps:// for TLS from the start.",
                [nameof(Smtp)]
            );
        }
    }
}
