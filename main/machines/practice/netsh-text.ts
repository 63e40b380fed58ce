// What netsh http prints. English is as captured on Server 2022 and 2025; German and French are translated in its manner, since no
// complete transcript of them is published. Labels differ by language, numbers and the line's shape do not.
import type { Language } from "./language.ts";

/** Labels of a record in the order in which Server 2022 prints them, then those of Server 2025; `key` lines come first. */
export const recordFields = [
  "hash", "applicationId", "store", "verifyclientcertrevocation", "verifyrevocationwithcachedclientcertonly", "usagecheck",
  "revocationfreshnesstime", "urlretrievaltimeout", "sslctlidentifier", "sslctlstorename", "dsmapperusage", "clientcertnegotiation",
  "reject", "disablehttp2", "disablequic", "disabletls12", "disabletls13", "disableocspstapling", "enabletokenbinding",
  "logextendedevents", "disablelegacytls", "enablesessionticket", "disablesessionid", "enablecachingclienthello",
] as const;
export type RecordField = (typeof recordFields)[number];

export interface NetshText {
  readonly added: string;
  readonly updated: string;
  readonly deleted: string;
  /** Begin of the line that carries the code. */
  readonly addFailed: string;
  readonly updateFailed: string;
  readonly deleteFailed: string;
  readonly reservationAdded: string;
  readonly reservationDeleted: string;
  readonly reservationAddFailed: string;
  readonly reservationDeleteFailed: string;
  readonly descriptorFailed: string;
  readonly listenAdded: string;
  readonly listenDeleted: string;
  readonly listenAddFailed: string;
  readonly listenDeleteFailed: string;
  readonly error: string;
  readonly messages: Readonly<Record<2 | 87 | 183 | 1312 | 1332, string>>;
  readonly parameter: string;
  readonly missingParameters: string;
  readonly usage: string;
  readonly unknownCommand: (command: string) => string;
  readonly bindingsTitle: string;
  readonly reservationsTitle: string;
  readonly listenTitle: string;
  readonly ipKey: string;
  readonly nameKey: string;
  readonly centralKey: string;
  readonly fields: Readonly<Record<RecordField, string>>;
  readonly enabled: readonly [off: string, on: string];
  readonly set: readonly [off: string, on: string];
  readonly reservedUrl: string;
  readonly user: string;
  readonly listen: string;
  readonly delegate: string;
  readonly extended: string;
}

const english: NetshText = {
  added: "SSL Certificate successfully added",
  updated: "SSL Certificate successfully updated",
  deleted: "SSL Certificate successfully deleted",
  addFailed: "SSL Certificate add failed",
  updateFailed: "SSL Certificate update failed",
  deleteFailed: "SSL Certificate deletion failed",
  reservationAdded: "URL reservation successfully added",
  reservationDeleted: "URL reservation successfully deleted",
  reservationAddFailed: "Url reservation add failed",
  reservationDeleteFailed: "Url reservation delete failed",
  descriptorFailed: "Create SDDL failed",
  listenAdded: "IP address successfully added",
  listenDeleted: "IP address successfully deleted",
  listenAddFailed: "IP address add failed",
  listenDeleteFailed: "IP address delete failed",
  error: "Error",
  messages: {
    2: "The system cannot find the file specified.",
    87: "The parameter is incorrect.",
    183: "Cannot create a file when that file already exists.",
    1312: "A specified logon session does not exist. It may already have been terminated.",
    1332: "No mapping between account names and security IDs was done.",
  },
  parameter: "The parameter is incorrect.",
  missingParameters: "One or more essential parameters were not entered.\nVerify the required parameters, and reenter them.\nThe syntax supplied for this command is not valid. Check help for the correct syntax.",
  usage: "Usage",
  unknownCommand: (command) => `The following command was not found: ${command}.`,
  bindingsTitle: "SSL Certificate bindings:",
  reservationsTitle: "URL Reservations:",
  listenTitle: "IP addresses present in the IP listen list:",
  ipKey: "IP:port",
  nameKey: "Hostname:port",
  centralKey: "Central Certificate Store",
  fields: {
    hash: "Certificate Hash",
    applicationId: "Application ID",
    store: "Certificate Store Name",
    verifyclientcertrevocation: "Verify Client Certificate Revocation",
    verifyrevocationwithcachedclientcertonly: "Verify Revocation Using Cached Client Certificate Only",
    usagecheck: "Usage Check",
    revocationfreshnesstime: "Revocation Freshness Time",
    urlretrievaltimeout: "URL Retrieval Timeout",
    sslctlidentifier: "Ctl Identifier",
    sslctlstorename: "Ctl Store Name",
    dsmapperusage: "DS Mapper Usage",
    clientcertnegotiation: "Negotiate Client Certificate",
    reject: "Reject Connections",
    disablehttp2: "Disable HTTP2",
    disablequic: "Disable QUIC",
    disabletls12: "Disable TLS1.2",
    disabletls13: "Disable TLS1.3",
    disableocspstapling: "Disable OCSP Stapling",
    enabletokenbinding: "Enable Token Binding",
    logextendedevents: "Log Extended Events",
    disablelegacytls: "Disable Legacy TLS Versions",
    enablesessionticket: "Enable Session Ticket",
    disablesessionid: "Disable Session ID",
    enablecachingclienthello: "Enable Caching Client Hello",
  },
  enabled: ["Disabled", "Enabled"],
  set: ["Not Set", "Set"],
  reservedUrl: "Reserved URL",
  user: "User",
  listen: "Listen",
  delegate: "Delegate",
  extended: "Extended Properties",
};

const german: NetshText = {
  added: "Das SSL-Zertifikat wurde erfolgreich hinzugefügt.",
  updated: "Das SSL-Zertifikat wurde erfolgreich aktualisiert.",
  deleted: "Das SSL-Zertifikat wurde erfolgreich gelöscht.",
  addFailed: "Fehler beim Hinzufügen des SSL-Zertifikats",
  updateFailed: "Fehler beim Aktualisieren des SSL-Zertifikats",
  deleteFailed: "Fehler beim Löschen des SSL-Zertifikats",
  reservationAdded: "URL-Reservierung wurde erfolgreich hinzugefügt.",
  reservationDeleted: "URL-Reservierung wurde erfolgreich gelöscht.",
  reservationAddFailed: "Fehler beim Hinzufügen der URL-Reservierung",
  reservationDeleteFailed: "Fehler beim Löschen der URL-Reservierung",
  descriptorFailed: "Fehler beim Erstellen der SDDL",
  listenAdded: "Die IP-Adresse wurde erfolgreich hinzugefügt.",
  listenDeleted: "Die IP-Adresse wurde erfolgreich gelöscht.",
  listenAddFailed: "Fehler beim Hinzufügen der IP-Adresse",
  listenDeleteFailed: "Fehler beim Löschen der IP-Adresse",
  error: "Fehler",
  messages: {
    2: "Das System kann die angegebene Datei nicht finden.",
    87: "Falscher Parameter.",
    183: "Eine Datei kann nicht erstellt werden, wenn sie bereits vorhanden ist.",
    1312: "Eine angegebene Anmeldesitzung ist nicht vorhanden. Sie wurde gegebenenfalls bereits beendet.",
    1332: "Zuordnungen von Kontennamen und Sicherheitskennungen wurden nicht durchgeführt.",
  },
  parameter: "Falscher Parameter.",
  missingParameters: "Mindestens ein erforderlicher Parameter wurde nicht angegeben.\nÜberprüfen Sie die erforderlichen Parameter, und geben Sie sie erneut ein.\nDie Syntax dieses Befehls ist ungültig. Die richtige Syntax finden Sie in der Hilfe.",
  usage: "Syntax",
  unknownCommand: (command) => `Der folgende Befehl wurde nicht gefunden: ${command}.`,
  bindingsTitle: "SSL-Zertifikatbindungen:",
  reservationsTitle: "URL-Reservierungen:",
  listenTitle: "IP-Adressen in der IP-Empfangsliste:",
  ipKey: "IP:Port",
  nameKey: "Hostname:Port",
  centralKey: "Zentraler Zertifikatspeicher",
  fields: {
    hash: "Zertifikathash",
    applicationId: "Anwendungs-ID",
    store: "Zertifikatspeichername",
    verifyclientcertrevocation: "Clientzertifikatsperrung überprüfen",
    verifyrevocationwithcachedclientcertonly: "Sperrung nur mit zwischengespeichertem Clientzertifikat überprüfen",
    usagecheck: "Verwendungsüberprüfung",
    revocationfreshnesstime: "Sperrungsaktualisierungszeit",
    urlretrievaltimeout: "Zeitlimit für URL-Abruf",
    sslctlidentifier: "Ctl-ID",
    sslctlstorename: "Ctl-Speichername",
    dsmapperusage: "DS-Zuordnungsverwendung",
    clientcertnegotiation: "Clientzertifikat aushandeln",
    reject: "Verbindungen ablehnen",
    disablehttp2: "HTTP2 deaktivieren",
    disablequic: "QUIC deaktivieren",
    disabletls12: "TLS1.2 deaktivieren",
    disabletls13: "TLS1.3 deaktivieren",
    disableocspstapling: "OCSP-Anheftung deaktivieren",
    enabletokenbinding: "Tokenbindung aktivieren",
    logextendedevents: "Erweiterte Ereignisse protokollieren",
    disablelegacytls: "Ältere TLS-Versionen deaktivieren",
    enablesessionticket: "Sitzungsticket aktivieren",
    disablesessionid: "Sitzungs-ID deaktivieren",
    enablecachingclienthello: "Zwischenspeichern von Client Hello aktivieren",
  },
  enabled: ["Deaktiviert", "Aktiviert"],
  set: ["Nicht festgelegt", "Festgelegt"],
  reservedUrl: "Reservierte URL",
  user: "Benutzer",
  listen: "Abhören",
  delegate: "Delegieren",
  extended: "Erweiterte Eigenschaften",
};

const french: NetshText = {
  added: "Certificat SSL ajouté correctement",
  updated: "Certificat SSL mis à jour correctement",
  deleted: "Certificat SSL supprimé correctement",
  addFailed: "Échec de l’ajout du certificat SSL",
  updateFailed: "Échec de la mise à jour du certificat SSL",
  deleteFailed: "Échec de la suppression du certificat SSL",
  reservationAdded: "La réservation d’URL a été ajoutée",
  reservationDeleted: "La réservation d’URL a été supprimée",
  reservationAddFailed: "Échec de l’ajout de la réservation d’URL",
  reservationDeleteFailed: "Échec de la suppression de la réservation d’URL",
  descriptorFailed: "Échec de la création du SDDL",
  listenAdded: "L’adresse IP a été ajoutée",
  listenDeleted: "L’adresse IP a été supprimée",
  listenAddFailed: "Échec de l’ajout de l’adresse IP",
  listenDeleteFailed: "Échec de la suppression de l’adresse IP",
  error: "Erreur",
  messages: {
    2: "Le fichier spécifié est introuvable.",
    87: "Paramètre incorrect.",
    183: "Impossible de créer un fichier déjà existant.",
    1312: "Une ouverture de session spécifiée n’existe pas. Il est possible qu’elle soit déjà terminée.",
    1332: "Le mappage entre les noms de compte et les ID de sécurité n’a pas été effectué.",
  },
  parameter: "Paramètre incorrect.",
  missingParameters: "Un ou plusieurs paramètres essentiels n’ont pas été entrés.\nVérifiez les paramètres requis et entrez-les à nouveau.\nLa syntaxe fournie pour cette commande n’est pas valide. Consultez l’aide pour connaître la syntaxe correcte.",
  usage: "Utilisation",
  unknownCommand: (command) => `La commande suivante est introuvable : ${command}.`,
  bindingsTitle: "Liaisons de certificat SSL :",
  reservationsTitle: "Réservations d’URL :",
  listenTitle: "Adresses IP présentes dans la liste d’écoute IP :",
  ipKey: "IP:port",
  nameKey: "Nom d’hôte:port",
  centralKey: "Magasin de certificats central",
  fields: {
    hash: "Hachage du certificat",
    applicationId: "ID de l’application",
    store: "Nom du magasin de certificats",
    verifyclientcertrevocation: "Vérifier la révocation du certificat client",
    verifyrevocationwithcachedclientcertonly: "Vérifier la révocation uniquement avec le certificat client mis en cache",
    usagecheck: "Vérification de l’utilisation",
    revocationfreshnesstime: "Durée d’actualisation de la révocation",
    urlretrievaltimeout: "Délai d’extraction de l’URL",
    sslctlidentifier: "Identificateur Ctl",
    sslctlstorename: "Nom du magasin Ctl",
    dsmapperusage: "Utilisation du mappeur DS",
    clientcertnegotiation: "Négocier le certificat client",
    reject: "Rejeter les connexions",
    disablehttp2: "Désactiver HTTP2",
    disablequic: "Désactiver QUIC",
    disabletls12: "Désactiver TLS1.2",
    disabletls13: "Désactiver TLS1.3",
    disableocspstapling: "Désactiver l’agrafage OCSP",
    enabletokenbinding: "Activer la liaison de jeton",
    logextendedevents: "Journaliser les événements étendus",
    disablelegacytls: "Désactiver les anciennes versions TLS",
    enablesessionticket: "Activer le ticket de session",
    disablesessionid: "Désactiver l’ID de session",
    enablecachingclienthello: "Activer la mise en cache de Client Hello",
  },
  enabled: ["Désactivé", "Activé"],
  set: ["Non défini", "Défini"],
  reservedUrl: "URL réservée",
  user: "Utilisateur",
  listen: "Écouter",
  delegate: "Déléguer",
  extended: "Propriétés étendues",
};

export const netshText: Readonly<Record<Language, NetshText>> = { en: english, de: german, fr: french };
