namespace Sillage.Notifications.Templates;

/// <summary>A mail's texts, made.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">The plain form.</param>
/// <param name="Html">The form with markup.</param>
internal sealed record MailTexts(string Subject, string Text, string Html);

/// <summary>What is around a mail's own texts, in the language of its reader.</summary>
/// <param name="Footer">Why it was sent.</param>
/// <param name="Unsubscribe">What the link out of it is called.</param>
internal sealed record MailFrame(string Footer, string Unsubscribe)
{
    private static readonly MailFrame English = new(
        "Sent automatically; nobody reads replies.",
        "Stop mails of this kind"
    );

    private static readonly MailFrame French = new(
        "Envoyé automatiquement ; personne ne lit les réponses.",
        "Ne plus recevoir ce type de courriel"
    );

    public static MailFrame In(string language) => language == "fr" ? French : English;
}
